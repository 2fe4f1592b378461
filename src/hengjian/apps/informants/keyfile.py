"""The vault's key file: JSON outside the database, readable by its owner alone, written in one step.

`keys` wrap the data keys, newest named by `current`; older ones stay for back-ups. `finger` makes fingerprints of
identities, `code` the digests of channel codes and addresses. Imports no framework.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hengjian.kernel.errors import Refused

FORMAT = "hengjian-vault/1"
KEY_BYTES = 32
MISSING = "举报人保密库的密钥文件不在，现在不能收取、查看举报人信息。请系统管理员从备份恢复密钥文件。"
UNREADABLE = "举报人保密库的密钥文件读不出来，现在不能收取、查看举报人信息。请系统管理员检查文件权限和磁盘。"
WRONG = "举报人保密库的密钥文件不是这个数据库的那一份，现在不能收取、查看举报人信息。请系统管理员恢复正确的密钥文件。"
DAMAGED = "举报人保密库的密钥文件已经损坏，现在不能收取、查看举报人信息。请系统管理员从备份恢复密钥文件。"


class KeysMissing(Refused):
    """There is no key file; whether one may be made is the vault's decision."""


@dataclass(frozen=True, slots=True)
class Vault:
    """The keys of one installation; 32 bytes each. Never printed: `repr` names the key ids alone."""

    current: str
    keys: Mapping[str, bytes]
    made: Mapping[str, str]
    finger: bytes
    code: bytes

    def __repr__(self) -> str:
        return f"Vault(current={self.current!r}, keys={sorted(self.keys)})"


def new_vault(now: datetime) -> Vault:
    """Fresh keys from the system's random source."""
    key_id = _key_id(now)
    return Vault(
        current=key_id,
        keys={key_id: secrets.token_bytes(KEY_BYTES)},
        made={key_id: now.isoformat(timespec="seconds")},
        finger=secrets.token_bytes(KEY_BYTES),
        code=secrets.token_bytes(KEY_BYTES),
    )


def with_new_key(vault: Vault, now: datetime, *, new_finger: bool = False) -> Vault:
    """The vault with one more wrapping key as the current one; codes stay valid, so their key stays."""
    key_id = _key_id(now)
    return Vault(
        current=key_id,
        keys={**vault.keys, key_id: secrets.token_bytes(KEY_BYTES)},
        made={**vault.made, key_id: now.isoformat(timespec="seconds")},
        finger=secrets.token_bytes(KEY_BYTES) if new_finger else vault.finger,
        code=vault.code,
    )


def check_digest(vault: Vault, key_id: str) -> str:
    """What the database keeps to know the key by: a keyed digest of nothing secret; the key does not follow from it."""
    return hmac.new(vault.keys[key_id], f"hengjian|check|{key_id}".encode(), hashlib.sha256).hexdigest()


def _key_id(now: datetime) -> str:
    return f"v{now:%Y%m%d}-{secrets.token_hex(4)}"


def read_vault(path: Path) -> Vault:
    """The keys of the file; KeysMissing or Refused with the sentence for what is wrong with it."""
    held = read_json(path)
    try:
        if held["format"] != FORMAT:
            raise ValueError(held["format"])
        vault = Vault(
            current=str(held["current"]),
            keys={name: bytes.fromhex(one["key"]) for name, one in held["keys"].items()},
            made={name: str(one["made_at"]) for name, one in held["keys"].items()},
            finger=bytes.fromhex(held["finger"]),
            code=bytes.fromhex(held["code"]),
        )
        whole = [*vault.keys.values(), vault.finger, vault.code]
        if vault.current not in vault.keys or any(len(key) != KEY_BYTES for key in whole):
            raise ValueError("length")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(DAMAGED) from error
    return vault


def read_json(path: Path) -> dict[str, Any]:
    """A key file's object; KeysMissing or Refused."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise KeysMissing(MISSING) from error
    except OSError as error:
        raise Refused(UNREADABLE) from error
    except ValueError as error:
        raise Refused(DAMAGED) from error
    if not isinstance(held, dict):
        raise Refused(DAMAGED)
    return held


def write_vault(path: Path, vault: Vault, *, replace: bool) -> None:
    """Write the keys with rights 0600; without `replace` the first writer wins and nothing is overwritten."""
    keys = {name: {"key": key.hex(), "made_at": vault.made[name]} for name, key in vault.keys.items()}
    held = {"format": FORMAT, "current": vault.current, "keys": keys}
    write_private(path, held | {"finger": vault.finger.hex(), "code": vault.code.hex()}, replace=replace)


def write_private(path: Path, held: Mapping[str, Any], *, replace: bool) -> None:
    """Write JSON for the owner's eyes alone, on the disk before it takes its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(held, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            part.replace(path)
        else:
            try:
                os.link(part, path)
            except FileExistsError:
                return
    finally:
        part.unlink(missing_ok=True)


def is_private(path: Path) -> bool:
    """Whether nobody but the owner may read or write the file."""
    return not stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
