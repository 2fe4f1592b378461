"""The proof bundle of a draw: a folder in the installation's home, its files byte for byte what the commands make.

`Draw.files` holds the SHA-256 of every file; whatever reads the folder compares, and tells a file that was changed.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

from django.conf import settings

from hengjian.apps.draws.models import Draw
from hengjian.engines.draws import canon, committed_files, sha256_hex
from hengjian.kernel.errors import Refused

RULES, EXCLUSIONS, SOURCES, CHANGES = "rules.json", "exclusions.tsv", "entropy.json", "changes.json"
EVIDENCE = "sources.json"
README = "README.txt"
VERIFIER_PACKAGE = "hengjian.engines.draws.verifier"
ZIP_TIME = (2020, 1, 1, 0, 0, 0)
PUBLIC_BEFORE_RESULT = ("commit.json", RULES)
"""What of the folder anybody may have from the commitment on; the rest is published with the result."""


def folder(draw: Draw) -> Path:
    """The draw's folder, which may not exist yet."""
    return Path(settings.DRAWS_ROOT) / draw.folder


@cache
def verifiers() -> dict[str, bytes]:
    """The verifiers for citizens by file name: one Python file, one HTML page."""
    found = {}
    for path in package_files(VERIFIER_PACKAGE).iterdir():
        if path.name.endswith((".py", ".html")) and not path.name.startswith("__"):
            found[path.name] = path.read_bytes()
    return dict(sorted(found.items()))


def verifier_sha256() -> str:
    """The hash of the Python verifier: the one file that a citizen needs."""
    return next(sha256_hex(data) for name, data in verifiers().items() if name.endswith(".py"))


def committed(commit: Mapping[str, Any], roster: bytes, people: object, ties: object) -> dict[str, bytes]:
    """The files before the reveal, as `hengjian draw commit` writes them."""
    return committed_files(commit, roster, people, ties)


def digests(made: Mapping[str, bytes]) -> dict[str, str]:
    """File name → SHA-256."""
    return {name: sha256_hex(data) for name, data in sorted(made.items())}


def write(draw: Draw, made: Mapping[str, bytes]) -> None:
    """Write files into the draw's folder, each whole or not at all."""
    place = folder(draw)
    place.mkdir(parents=True, exist_ok=True)
    for name, data in made.items():
        part = place / f".{name}.{os.getpid()}.part"
        part.write_bytes(data)
        os.replace(part, place / name)


def files(draw: Draw) -> dict[str, bytes]:
    """The folder's files as they were made; Refused naming the file when one is missing or has been changed."""
    found = {}
    for name, digest in sorted(draw.files.items()):
        path = folder(draw) / name
        if not path.is_file():
            raise Refused(f"证明包中的 {name} 不见了，请从备份恢复 {draw.number} 的文件夹。", where={"file": name})
        data = path.read_bytes()
        if sha256_hex(data) != digest:
            raise Refused(
                f"证明包中的 {name} 在生成以后被改动过（应为 {digest[:16]}…，现为 {sha256_hex(data)[:16]}…），"
                "不能据此抽取或者公开。",
                where={"file": name, "value": sha256_hex(data)},
            )
        found[name] = data
    return found


def read(draw: Draw, name: str) -> bytes:
    """One file of the folder, checked against its hash."""
    digest = draw.files.get(name)
    path = folder(draw) / name
    if digest is None or not path.is_file():
        raise Refused(f"本次抽查没有 {name}。", where={"file": name})
    data = path.read_bytes()
    if sha256_hex(data) != digest:
        raise Refused(f"证明包中的 {name} 在生成以后被改动过。", where={"file": name})
    return data


def public_files(draw: Draw) -> dict[str, bytes]:
    """What anybody may have now: the commitment from its publication on, everything once the proof is published."""
    if draw.published_at is not None:
        return files(draw) | {README: readme(draw).encode()} | verifiers()
    if not draw.commit_sha256:
        return {}
    return {name: read(draw, name) for name in PUBLIC_BEFORE_RESULT if name in draw.files} | verifiers()


def as_zip(draw: Draw, made: Mapping[str, bytes]) -> bytes:
    """One archive with the files in a folder of the draw's number; the same files give the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(made.items()):
            info = zipfile.ZipInfo(f"{draw.number}/{name}", ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return stream.getvalue()


def evidence_bytes(draw: Draw) -> bytes:
    """`sources.json`: what was typed for each source, when it was made public, where it can be read."""
    return canon(
        [
            {name: value for name, value in source.items() if name in KEPT and value not in (None, "")}
            for source in draw.entropy
        ]
    )


KEPT = ("kind", "name", "issue", "fallback", "published_at", "values", "evidence", "absent")


def readme(draw: Draw) -> str:
    """The page that goes with the files: what they are and how anybody checks them, in Chinese."""
    python = next(name for name in verifiers() if name.endswith(".py"))
    page = next((name for name in verifiers() if name.endswith(".html")), "")
    lines = [
        f"{draw.organ.name}　{draw.title}（{draw.number}）证明包",
        "",
        "一、这里有什么",
        *(f"  {name:<18}{what}" for name, what in TOLD.items() if name in draw.files or name in verifiers()),
        f"  {python:<18}验证程序，只用 Python 3 标准库",
        *([f"  {page:<18}在浏览器里验证的网页，不联网"] if page else []),
        "",
        "二、怎样验证",
        f"  1. 核对承诺值：commit.json 的 SHA-256 应为 {draw.commit_sha256}，",
        f"     与 {draw.committed_at:%Y-%m-%d %H:%M}（UTC）公布的一致。" if draw.committed_at else "",
        f"  2. 装有 Python 3 的电脑，在本文件夹的上一级运行：python3 {draw.number}/{python} {draw.number}",
        *([f"  3. 或者用浏览器打开 {page}，选入本文件夹的文件。"] if page else []),
        "  程序重新计算种子、每一家的签号、各层次序、样本和派组，有一处不同就指出来。",
        "",
        "三、规程",
        "  承诺公布在前，熵（开奖号码等）产生在后。承诺固定了名录、权重、配额、检查人员和回避，改动一字，承诺值即变。",
        "  种子 = HMAC-SHA256(盐, 承诺值与熵)；签号 = HMAC-SHA256(种子, 层与机构代码)；每层签号由小到大取够配额。",
        "  检查人员以代号出现；剔除的依据以摘要值出现，需要核对的可向抽查机关查阅。",
        "",
    ]
    return "\n".join(lines) + "\n"


TOLD = {
    "commit.json": "承诺",
    "roster.tsv": "冻结的名录：代码、层、权重",
    "inspectors.json": "检查人员代号、可任组长的层",
    "coi.json": "回避关系",
    EXCLUSIONS: "事前剔除：代码、层、原因、依据的摘要值",
    RULES: "规则：各层核对数、权重表、替换事由、熵的来源",
    "reveal.json": "盐、熵、种子",
    EVIDENCE: "熵的来源与证据",
    "result.json": "配额、次序、样本、概率、签号、派组",
    CHANGES: "抽取以后的替换与回避",
}


def keep_photo(data: bytes) -> str:
    """Keep a photo under its hash beside the bundles; it is evidence and not part of what is published."""
    digest = sha256_hex(data)
    place = Path(settings.DRAWS_ROOT) / "photos"
    place.mkdir(parents=True, exist_ok=True)
    part = place / f".{digest}.{os.getpid()}.part"
    part.write_bytes(data)
    os.replace(part, place / digest)
    return digest
