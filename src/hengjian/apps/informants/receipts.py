"""Receipts: what an organ took in and when, signed with Ed25519, so that anybody can check it – a superior too.

The signature is over the canonical JSON of `receipt`: keys sorted, no blanks, UTF-8. It tells number, kind, organ,
moment and the digest of the content; never who sent it. Checking needs the published keys alone, no database.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hengjian.kernel.errors import Refused

FORMAT = "hengjian-receipt/1"
KEYS_FORMAT = "hengjian-receipt-keys/1"
FIELDS = ("content_sha256", "format", "key_id", "kind", "number", "organ", "received_at")
SIZE_MOST = 20_000
NO_RECEIPT = "这不是回执文件：请选择提交成功时下载的 JSON 文件，不要改动其中的内容。"


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A public key as an organ publishes it; `public_key` is base64 of 32 bytes."""

    key_id: str
    organ: str
    area_code: str
    public_key: str
    made_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a receipt is genuine, in a sentence; `facts` are those it states (told also where it is not)."""

    genuine: bool
    sentence: str
    facts: Mapping[str, str]


def canonical(body: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_digest(texts: Sequence[str], files: Sequence[str] = ()) -> str:
    """SHA-256 over what was handed in: the canonical JSON of the texts and of the files' SHA-256, in their order."""
    return hashlib.sha256(canonical({"texts": list(texts), "files": list(files)})).hexdigest()


def file_text(body: str, signature: str) -> str:
    """The receipt as the sender keeps it: `body` is the canonical JSON."""
    return json.dumps({"receipt": json.loads(body), "signature": signature}, ensure_ascii=False, indent=1) + "\n"


def verify_receipt(text: str, keys: Sequence[PublishedKey]) -> Verdict:
    """Check a receipt file's text against published keys. Refused for what is no receipt at all."""
    body, signature = _parts(text)
    facts = {
        "编号": body["number"],
        "种类": body["kind"],
        "机关": body["organ"]["name"],
        "收到时间": body["received_at"],
        "内容摘要": body["content_sha256"],
        "密钥编号": body["key_id"],
    }
    key = next((one for one in keys if one.key_id == body["key_id"]), None)
    if key is None:
        return Verdict(False, "回执不可信：签名用的密钥不在公布的密钥之列。", facts)
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public_key)).verify(signature, canonical(body))
    except (InvalidSignature, ValueError):
        return Verdict(False, "回执不可信：签名与内容对不上，内容被改动过，或者不是这个机关签的。", facts)
    if (key.organ, key.area_code) != (body["organ"]["name"], body["organ"]["area_code"]):
        return Verdict(False, f"回执不可信：签名的密钥是{key.organ}的，回执上写的却是另一个机关。", facts)
    received = datetime.fromisoformat(body["received_at"])
    if key.retired_at is not None and received > key.retired_at:
        return Verdict(False, "回执不可信：签署时这把密钥已经停用。", facts)
    return Verdict(True, f"回执是真的：{key.organ}确实在所写的时间收到了这份材料。", facts)


def _parts(text: str) -> tuple[dict[str, Any], bytes]:
    if len(text) > SIZE_MOST:
        raise _refused()
    try:
        held = json.loads(text)
        body, signature = held["receipt"], base64.b64decode(held["signature"], validate=True)
        plain = {name: body[name] for name in FIELDS if name != "organ"} | dict(body["organ"])
        fields_right = sorted(body) == sorted(FIELDS) and sorted(body["organ"]) == ["area_code", "name"]
        moment = datetime.fromisoformat(body["received_at"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _refused() from error
    texts = all(isinstance(one, str) for one in plain.values())
    if not fields_right or not texts or moment.tzinfo is None or body["format"] != FORMAT:
        raise _refused()
    return body, signature


def keys_text(keys: Sequence[PublishedKey]) -> str:
    """The published keys as a file, for those who check receipts elsewhere."""
    return json.dumps({"format": KEYS_FORMAT, "keys": [plain_key(one) for one in keys]}, ensure_ascii=False, indent=1)


def plain_key(key: PublishedKey) -> dict[str, Any]:
    """A key as it stands in JSON."""
    return {
        "key_id": key.key_id,
        "organ": key.organ,
        "area_code": key.area_code,
        "algorithm": "Ed25519",
        "public_key": key.public_key,
        "made_at": key.made_at.isoformat(),
        "retired_at": key.retired_at.isoformat() if key.retired_at else None,
    }


def read_keys(text: str) -> list[PublishedKey]:
    """The keys of a file as `keys_text` (or the portal's JSON) gives it; Refused where it is none."""
    try:
        held = json.loads(text)
        rows = held.get("keys") or held["data"]["keys"]
        return [
            PublishedKey(
                str(one["key_id"]),
                str(one["organ"]),
                str(one["area_code"]),
                str(one["public_key"]),
                datetime.fromisoformat(one["made_at"]),
                datetime.fromisoformat(one["retired_at"]) if one["retired_at"] else None,
            )
            for one in rows
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused("这不是公布的回执公钥文件，请从门户“回执验证”页下载。") from error


def _refused() -> Refused:
    return Refused(NO_RECEIPT, where={"field": "file"})
