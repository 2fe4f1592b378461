"""`./start --tls`: the own certificate is trusted through its authority alone; a wrong given one is told."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hengjian.project.launch import certificates
from hengjian.project.launch.environment import Stop
from hengjian.project.launch.serving import Place
from tests.paths import REPO

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl program here")


CA = """[ca]
default_ca=own
[own]
database={folder}/index.txt
new_certs_dir={folder}
rand_serial=yes
default_md=sha256
policy=any
[any]
commonName=supplied
"""


def openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate and its RSA key in the old PKCS#1 form, as many authorities hand them out."""
    cert, key = tmp_path / "given.pem", tmp_path / "given.key"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", 9, "-subj", "/CN=a")
    openssl("rsa", "-in", key, "-traditional", "-out", key)
    assert "BEGIN RSA PRIVATE KEY" in key.read_text()
    return cert, key


def shake_hands(made: certificates.Certificate, trust: Path, name: str) -> None:
    """One TLS connection over the loopback, verified like a browser does."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made.chain, made.key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            plain, _ = listening.accept()
            try:
                with server.wrap_socket(plain, server_side=True) as secured:
                    secured.recv(1)
            except ssl.SSLError:
                plain.close()

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            client = ssl.create_default_context(cafile=str(trust))
            with (
                socket.create_connection(listening.getsockname()) as plain,
                client.wrap_socket(plain, server_hostname=name) as secured,
            ):
                secured.send(b"x")
        finally:
            thread.join()


def test_the_own_certificate_holds_for_this_computer_and_only_through_its_authority(tmp_path: Path) -> None:
    made = certificates.prepare(tmp_path, [])
    for name in ("localhost", "127.0.0.1"):
        shake_hands(made, made.authority, name)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(made, made.authority, "example.com")
    other = certificates.prepare(tmp_path / "other", [])
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(made, other.authority, "localhost")


def test_the_keys_are_readable_by_the_owner_alone(tmp_path: Path) -> None:
    certificates.prepare(tmp_path, [])
    keys = sorted((tmp_path / "tls").glob("*.key"))
    assert [key.name for key in keys] == ["authority.key", "server.key"]
    assert {os.stat(key).st_mode & 0o777 for key in keys} == {0o600}


def test_the_authority_cannot_vouch_for_foreign_names(tmp_path: Path) -> None:
    made = certificates.prepare(tmp_path, [])
    folder = tmp_path / "tls"
    bank, key = folder / "bank.pem", folder / "bank.key"
    certificates._make_leaf(bank, key, made.authority, folder / "authority.key", ["DNS:bank.example"])
    forged = certificates.Certificate(bank, key, made.authority)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        shake_hands(forged, made.authority, "bank.example")


def test_a_later_start_keeps_the_certificate_and_a_stale_one_is_renewed(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(certificates, "LEAF_DAYS", 20)
    old = certificates.prepare(tmp_path, [])
    stale, trusted = old.chain.read_bytes(), old.authority.read_bytes()
    monkeypatch.undo()
    fresh = certificates.prepare(tmp_path, [])
    renewed = fresh.chain.read_bytes()
    assert renewed != stale
    assert fresh.authority.read_bytes() == trusted, "the phones need not trust anew"
    assert certificates.prepare(tmp_path, []).chain.read_bytes() == renewed


def test_a_new_address_is_taken_in_without_a_new_authority_when_it_is_private(tmp_path: Path, monkeypatch) -> None:
    trusted = certificates.prepare(tmp_path, []).authority.read_bytes()
    names = [*certificates.names_of_this_computer(), "IP:10.9.8.7"]
    monkeypatch.setattr(certificates, "names_of_this_computer", lambda: names)
    made = certificates.prepare(tmp_path, [])
    assert made.authority.read_bytes() == trusted
    shake_hands(made, made.authority, "10.9.8.7")
    names.append("IP:203.0.113.9")
    made = certificates.prepare(tmp_path, [])
    assert made.authority.read_bytes() != trusted
    shake_hands(made, made.authority, "203.0.113.9")


def test_a_given_pair_is_taken_and_its_key_converted_for_the_server(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    made = certificates.prepare(tmp_path, [str(pair[0]), str(pair[1])])
    assert made.authority is None
    assert made.fingerprint == ""
    assert made.key.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert os.stat(made.key).st_mode & 0o777 == 0o600


def refused(tmp_path: Path, *given: object) -> str:
    with pytest.raises(Stop) as stopped:
        certificates.prepare(tmp_path, [str(one) for one in given])
    return str(stopped.value)


def test_a_wrong_pair_is_told_in_a_sentence(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    cert, key = pair
    other = certificates.prepare(tmp_path, [])
    assert refused(tmp_path, cert) == "--tls 要么不带参数（自制证书），要么带两个文件：--tls 证书文件 私钥文件"
    assert refused(tmp_path, "/nope", key) == "证书文件 /nope 读不了（No such file or directory）。"
    assert refused(tmp_path, cert, "/nope") == "私钥文件 /nope 读不了（No such file or directory）。"
    assert refused(tmp_path, cert, other.key) == f"证书 {cert} 与私钥 {other.key} 不是一对，请核对这两个文件。"
    assert refused(tmp_path, key, key).endswith("不能作为证书和私钥使用：须为 PEM 格式。")


def test_an_expired_certificate_and_a_locked_key_are_told(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    cert, key = pair
    old, locked = tmp_path / "old.pem", tmp_path / "locked.key"
    openssl("req", "-new", "-key", key, "-out", tmp_path / "ask.csr", "-subj", "/CN=a")
    (tmp_path / "ca.cnf").write_text(CA.format(folder=tmp_path))
    (tmp_path / "index.txt").touch()
    span = ("-startdate", "200101000000Z", "-enddate", "210101000000Z")
    signing = ("-selfsign", "-keyfile", key, "-in", tmp_path / "ask.csr", "-out", old, "-batch", "-notext")
    openssl("ca", "-config", tmp_path / "ca.cnf", *signing, *span)
    openssl("pkcs8", "-topk8", "-in", key, "-out", locked, "-passout", "pass:secret")
    assert refused(tmp_path, old, key).startswith(f"证书 {old} 已过期")
    assert refused(tmp_path, cert, locked).startswith(f"私钥文件 {locked} 有密码保护")


def test_the_address_is_https_with_a_certificate_and_http_without(tmp_path: Path) -> None:
    made = certificates.prepare(tmp_path, [])
    assert Place("127.0.0.1", 8000, made).address == "https://localhost:8000/"
    assert Place("0.0.0.0", 8000).address == "http://localhost:8000/"  # noqa: S104
    assert Place("127.0.0.1", 8000).addresses_outside == []


def test_cookies_are_secure_when_the_server_itself_speaks_tls(tmp_path: Path) -> None:
    ask = (
        "from hengjian.project import settings as s;"
        "print(getattr(s, 'SESSION_COOKIE_SECURE', 0), getattr(s, 'CSRF_COOKIE_SECURE', 0))"
    )
    said = {}
    for tls in ("1", "0"):
        env = os.environ | {"HENGJIAN_TLS": tls, "HENGJIAN_HOME": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", ask], env=env, cwd=REPO, capture_output=True, text=True, check=True
        )
        said[tls] = done.stdout.strip()
    assert said == {"1": "True True", "0": "0 0"}
