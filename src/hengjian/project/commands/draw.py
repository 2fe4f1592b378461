"""`hengjian draw commit|reveal|verify`: SRD-1 on files; needs no database and has no clock."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hengjian.kernel.errors import Refused

NAME = "draw"
HELP = "双随机抽取：commit 生成承诺，reveal 揭示结果，verify 复算证明包"

PLAN_FILES = ("plan.json", "roster.tsv", "inspectors.json", "coi.json")
SALT_FILE = "salt"
LARGEST_FILE = 256 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(dest="step", required=True, metavar="步骤")
    commit = steps.add_parser("commit", help="检查计划、名录、人员和回避，写出承诺")
    commit.add_argument("plan_dir", type=Path, metavar="PLAN_DIR", help=f"含 {'、'.join(PLAN_FILES)} 的文件夹")
    commit.add_argument("--out", type=Path, required=True, metavar="BUNDLE", help="要写出的证明包文件夹，不能已有内容")
    commit.set_defaults(do=_commit)
    reveal = steps.add_parser("reveal", help="用熵和盐算出种子、样本和派组")
    reveal.add_argument("bundle", type=Path, metavar="BUNDLE", help="commit 写出的证明包文件夹")
    reveal.add_argument("--entropy", type=Path, required=True, metavar="FILE", help="熵来源的 JSON 列表")
    reveal.add_argument("--salt", type=Path, metavar="FILE", help="十六进制的盐，每位保管人一行；公开模式不给")
    reveal.set_defaults(do=_reveal)
    verify = steps.add_parser("verify", help="复算全部摘要值、签号、样本和派组")
    verify.add_argument("bundle", type=Path, metavar="BUNDLE", help="证明包文件夹")
    verify.set_defaults(do=_verify)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when done or right, 1 when `verify` found a difference; refused input is a sentence and exit 2."""
    return int(args.do(args))


def _commit(args: argparse.Namespace) -> int:
    from hengjian.engines.draws import commitment, committed_files, hash_of, read_json, unstaffable_units

    raw = {name: _read(args.plan_dir / name) for name in PLAN_FILES}
    plan, inspectors, coi = (read_json(raw[name], file=name) for name in PLAN_FILES if name.endswith(".json"))
    roster = raw["roster.tsv"]
    commit = commitment(plan, roster, inspectors, coi)
    files = committed_files(commit, roster, inspectors, coi) | _exclusions(args.plan_dir, commit)
    _write_bundle(args.out, files)
    alone = unstaffable_units(plan, roster, inspectors, coi)
    if alone:
        shown = "、".join(alone[:20]) + (" 等" if len(alone) > 20 else "")
        print(f"注意：{len(alone)} 家一旦抽中就派不出人：{shown}", file=sys.stderr)
    print(f"承诺值 {hash_of(commit)}")
    print(f"证明包在 {args.out}；请在熵产生之前公布承诺值")
    return 0


def _reveal(args: argparse.Namespace) -> int:
    from hengjian.engines.draws import OPEN_SALT, read_json, reveal

    bundle: Path = args.bundle
    if (bundle / "reveal.json").exists():
        raise Refused(f"{bundle} 已经揭示过，不能再抽一次", where={"file": "reveal.json"})
    commit, inspectors, coi = (
        read_json(_read(bundle / name), file=name) for name in ("commit.json", "inspectors.json", "coi.json")
    )
    entropy = read_json(_read(args.entropy), file=args.entropy.name, booleans=True)
    salts = _salts(args.salt) if args.salt else [OPEN_SALT]
    result = reveal(commit, _read(bundle / "roster.tsv"), inspectors, coi, salt=salts, entropy=entropy)
    files = result.files()
    for name in ("result.json", "reveal.json"):  # a run cut short between the two may be finished, not changed
        _write_once(bundle / name, files[name])
    drawn = sum(len(ids) for ids in result.selection.sample.values())
    print(f"种子 {result.seed.hex()}")
    print(f"抽出 {drawn} 家，结果在 {bundle / 'result.json'}")
    return 0


def _verify(args: argparse.Namespace) -> int:
    from hengjian.engines.draws.canonical import hash_of, read_json
    from hengjian.engines.draws.verifying import BUNDLE_FILES, EXCLUSIONS, verify

    bundle: Path = args.bundle
    if not bundle.is_dir():
        raise Refused(f"没有 {bundle} 这个文件夹")
    files = {name: _read(bundle / name) for name in (*BUNDLE_FILES, EXCLUSIONS) if (bundle / name).is_file()}
    differences = verify(files)
    if differences:
        more = f"（另有 {len(differences) - 1} 处不符）" if len(differences) > 1 else ""
        print(f"✗ {differences[0].sentence}{more}", file=sys.stderr)
        return 1
    print(f"承诺值 {hash_of(read_json(files['commit.json'], file='commit.json'))}，请与事先公布的核对")
    print("✓ 摘要值、种子、签号、次序、样本、派组全部一致")
    return 0


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(f"{path} 太大，超过 {LARGEST_FILE // 1024 // 1024} MB", where={"file": path.name})
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Refused(f"没有找到 {path}", where={"file": path.name}) from error
    except OSError as error:
        raise Refused(f"读不了 {path}：{error.strerror}", where={"file": path.name}) from error


def _salts(path: Path) -> list[bytes]:
    try:
        lines = _read(path).decode("ascii").split()
        salts = [bytes.fromhex(line) for line in lines]
    except ValueError as error:
        raise Refused(f"{path} 不是十六进制的盐，应当每位保管人一行", where={"file": SALT_FILE}) from error
    if not salts:
        raise Refused(f"{path} 是空的，没有盐", where={"file": SALT_FILE})
    return salts


def _exclusions(folder: Path, commit: Mapping[str, object]) -> dict[str, bytes]:
    """The list of those left out goes along where the plan commits to it."""
    from hengjian.engines.draws import sha256_hex

    path = folder / "exclusions.tsv"
    if "exclusions_sha256" not in commit or not path.exists():
        return {}
    data = _read(path)
    if sha256_hex(data) != commit["exclusions_sha256"]:
        raise Refused("exclusions.tsv 与 plan.json 的 exclusions_sha256 不符", where={"file": path.name})
    return {path.name: data}


def _write_bundle(out: Path, files: Mapping[str, bytes]) -> None:
    """The whole folder appears at once, or not at all; an existing one with content is never touched."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused(f"{out} 已经有内容，不覆盖；每次抽取用一个新的文件夹")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as scratch:
            made = Path(scratch) / "bundle"
            made.mkdir()
            for name, data in files.items():
                _write_durably(made / name, data)
            made.replace(out)
    except OSError as error:
        raise Refused(f"写不了 {out}：{error.strerror}") from error


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _write_once(path: Path, data: bytes) -> None:
    """The file appears complete or not at all; of two runs at once the second is refused, the same bytes are not."""
    try:
        with tempfile.TemporaryDirectory(prefix=".reveal.", dir=path.parent) as scratch:
            made = Path(scratch) / path.name
            _write_durably(made, data)
            os.link(made, path)
    except FileExistsError as error:
        if path.read_bytes() != data:
            raise Refused(f"{path} 已经存在而且内容不同，不覆盖", where={"file": path.name}) from error
    except OSError as error:
        raise Refused(f"写不了 {path}：{error.strerror}", where={"file": path.name}) from error
