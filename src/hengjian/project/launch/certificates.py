"""TLS for `./start --tls`: a given certificate is checked; without one an own authority and a certificate are made.

The own authority may sign only for private addresses and this computer's names (critical name constraints): a phone
that trusts it trusts it for nothing else. Made with the openssl program; keys are readable by the owner alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import os
import shutil
import socket
import ssl
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .environment import Stop

RENEW_SECONDS = 30 * 24 * 3600
LEAF_DAYS, AUTHORITY_DAYS = 397, 3650
PRIVATE = (
    "IP:127.0.0.0/255.0.0.0",
    "IP:10.0.0.0/255.0.0.0",
    "IP:172.16.0.0/255.240.0.0",
    "IP:192.168.0.0/255.255.0.0",
    "IP:169.254.0.0/255.255.0.0",
    "IP:0:0:0:0:0:0:0:1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "DNS:localhost",
    "DNS:local",
)
_PRIVATE_NETWORKS = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"))
)
_SIOCGIFADDR = 0x8915


@dataclass(frozen=True)
class Certificate:
    """What the server shows, its PKCS#8 key, and the authority that a phone has to trust (None: a known one)."""

    chain: Path
    key: Path
    authority: Path | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the authority's certificate, as phones show it; empty for a given certificate."""
        if self.authority is None:
            return ""
        said = _openssl("x509", "-in", self.authority, "-noout", "-fingerprint", "-sha256")
        return said.strip().partition("=")[2]


def prepare(home: Path, given: list[str]) -> Certificate:
    """The certificate to serve with: CERT and KEY as given, or the installation's own."""
    if not shutil.which("openssl"):
        raise Stop("--tls 需要 openssl 程序，请运行：\n  sudo apt-get update && sudo apt-get install -y openssl")
    folder = home / "tls"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if not given:
        return _own(folder, names_of_this_computer())
    if len(given) != 2:
        raise Stop("--tls 要么不带参数（自制证书），要么带两个文件：--tls 证书文件 私钥文件")
    return _given(folder, Path(given[0]), Path(given[1]))


def names_of_this_computer() -> list[str]:
    """`DNS:…` and `IP:…` by which this computer is reached in its own network; asks no name server."""
    name = socket.gethostname().lower()
    names = ["DNS:localhost", "IP:127.0.0.1", "IP:0:0:0:0:0:0:0:1"]
    if name and all(char.isascii() and (char.isalnum() or char in "-.") for char in name):
        names += [f"DNS:{name}"] + ([] if "." in name else [f"DNS:{name}.local"])
    return list(dict.fromkeys(names + [f"IP:{address}" for address in _addresses()]))


def _addresses() -> list[str]:
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):  # an interface without an IPv4 address
                packed = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append(str(ipaddress.IPv4Address(packed[20:24])))
    return found


def _given(folder: Path, chain: Path, key: Path) -> Certificate:
    for path, kind in ((chain, "证书"), (key, "私钥")):
        try:
            path.read_bytes()
        except OSError as error:
            raise Stop(f"{kind}文件 {path} 读不了（{error.strerror}）。") from error
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key, password=_no_password)
    except _Locked as error:
        raise Stop(f"私钥文件 {key} 有密码保护。请先去掉密码：openssl pkey -in {key} -out 新文件") from error
    except ssl.SSLError as error:
        if _two_public_keys(chain, key):
            raise Stop(f"证书 {chain} 与私钥 {key} 不是一对，请核对这两个文件。") from error
        raise Stop(f"{chain} 与 {key} 不能作为证书和私钥使用：须为 PEM 格式。") from error
    if not _valid_for(chain, 0):
        raise Stop(f"证书 {chain} 已过期，请换用有效的证书；或不带参数用 ./start --tls 自制证书。")
    # the server reads PKCS#8 only, whatever form was given
    converted = folder / "given.key"
    _write_secret(converted, _openssl("pkcs8", "-topk8", "-nocrypt", "-in", key))
    return Certificate(chain.resolve(), converted)


def _two_public_keys(chain: Path, key: Path) -> bool:
    """Whether both files can be read and belong to different keys."""
    with contextlib.suppress(Stop):
        return _openssl("x509", "-in", chain, "-noout", "-pubkey") != _openssl("pkey", "-in", key, "-pubout")
    return False


class _Locked(Exception):
    """The key asked for a password."""


def _no_password() -> str:
    raise _Locked


def _own(folder: Path, names: list[str]) -> Certificate:
    authority, authority_key = folder / "authority.pem", folder / "authority.key"
    leaf, key, chain, said = folder / "server.pem", folder / "server.key", folder / "chain.pem", folder / "names.txt"
    allowed = set(said.read_text().split()) if said.exists() else set()
    outside = {name for name in names if not _in_private_range(name)} - allowed
    if outside or not _valid_for(authority, RENEW_SECONDS) or not authority_key.exists():
        allowed |= {name for name in names if not _in_private_range(name)}
        _make_authority(authority, authority_key, sorted(allowed))
        said.write_text("\n".join(sorted(allowed)))
        leaf.unlink(missing_ok=True)
    if not key.exists() or not _valid_for(leaf, RENEW_SECONDS) or not set(names) <= _names_in(leaf):
        _make_leaf(leaf, key, authority, authority_key, names)
    chain.write_bytes(leaf.read_bytes() + authority.read_bytes())
    return Certificate(chain, key, authority)


def _in_private_range(name: str) -> bool:
    kind, _, value = name.partition(":")
    if kind == "DNS":
        return value == "localhost" or value.endswith(".local")
    address = ipaddress.ip_address(value)
    return address.is_loopback or any(address in network for network in _PRIVATE_NETWORKS)


def _make_authority(path: Path, key: Path, more: list[str]) -> None:
    exact = [f"{name}/255.255.255.255" if name.startswith("IP:") else name for name in more]
    permitted = ",".join(f"permitted;{name}" for name in (*PRIVATE, *exact))
    _request(
        path,
        key,
        AUTHORITY_DAYS,
        f"/CN=Hengjian {socket.gethostname()[:40]}/O=Hengjian",
        "basicConstraints=critical,CA:TRUE,pathlen:0",
        "keyUsage=critical,keyCertSign,cRLSign",
        f"nameConstraints=critical,{permitted}",
    )


def _make_leaf(path: Path, key: Path, authority: Path, authority_key: Path, names: list[str]) -> None:
    _request(
        path,
        key,
        LEAF_DAYS,
        "/CN=Hengjian",
        "basicConstraints=critical,CA:FALSE",
        "keyUsage=critical,digitalSignature",
        "extendedKeyUsage=serverAuth",
        "subjectAltName=" + ",".join(names),
        signer=("-CA", authority, "-CAkey", authority_key),
    )


def _request(path: Path, key: Path, days: int, subject: str, *extensions: str, signer: tuple[object, ...] = ()) -> None:
    _write_secret(key, _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"))
    words: list[object] = ["req", "-new", "-x509", "-sha256", "-key", key, "-days", days, "-subj", subject, *signer]
    for extension in extensions:
        words += ["-addext", extension]
    # without a configuration of its own openssl adds the CA extensions of the system's file
    config = path.with_suffix(".cnf")
    config.write_text("[req]\ndistinguished_name=dn\n[dn]\n")
    path.write_text(_openssl(*words, "-config", config))
    config.unlink()


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text)


def _valid_for(path: Path, seconds: int) -> bool:
    if not path.exists():
        return False
    words = ["openssl", "x509", "-in", str(path), "-noout", "-checkend", str(seconds)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def _names_in(path: Path) -> set[str]:
    said = _openssl("x509", "-in", path, "-noout", "-ext", "subjectAltName")
    names = said.partition("\n")[2].replace("IP Address:", "IP:")
    return {name.strip() for name in names.split(",")}


def _openssl(*words: object) -> str:
    result = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    if result.returncode:
        raise Stop(f"openssl 没有成功：{result.stderr.strip()[-300:]}")
    return result.stdout
