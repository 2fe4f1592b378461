"""`hengjian intake PATH`: read a ledger, print the counts and every refused row, and take in what can be taken."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hengjian.backends.duckdb_intake_preview import Preview

NAME = "intake"
HELP = "导入台账：试运行或收下，逐行列出拒收的内容和原因"
ALL_TAKEN, NOTHING_READ, SOME_REFUSED = 0, 2, 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="PATH", help="xlsx、xls、csv、Parquet、zip，或一个数据集文件夹")
    parser.add_argument("--table", help="数据合同里的表名，如 results；不写则自动识别")
    parser.add_argument("--mapping", type=Path, metavar="FILE.json", help="列对应文件")
    parser.add_argument("--save-mapping", type=Path, metavar="FILE.json", help="把识别出的列对应存成文件")
    parser.add_argument("--dry-run", action="store_true", help="只试运行，什么都不写入，不需要数据库")
    parser.add_argument("--as", dest="username", metavar="USER", help="经办人用户名（收下时必填）")
    parser.add_argument("--organ", help="接收机关的名称、简称或区划代码")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Exit 0: every row taken; 3: some rows refused or quarantined; 2: nothing read (the sentence on stderr)."""
    mapping = _read_mapping(args.mapping)
    _check_table(args.table)
    body = _try(args, mapping) if args.dry_run else _accept(args, mapping)
    if args.json:
        print(json.dumps(body, ensure_ascii=False, indent=2))
    else:
        _print_words(body)
    return SOME_REFUSED if body["refused"] or body["quarantined"] else ALL_TAKEN


def _read_mapping(path: Path | None) -> dict[str, Any] | None:
    from hengjian.kernel.errors import Refused

    if path is None:
        return None
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Refused(f"找不到列对应文件 {path}") from error
    except ValueError as error:
        raise Refused(f"列对应文件 {path} 不是 JSON：{error}") from error
    if not isinstance(raw, dict):
        raise Refused(f"列对应文件 {path} 应是一个 JSON 对象")
    return raw


def _check_table(table: str | None) -> None:
    from hengjian.engines.tables.contract import TABLES
    from hengjian.kernel.errors import Refused

    if table is not None and table not in TABLES:
        raise Refused(f"数据合同里没有表“{table}”。可用：{'、'.join(TABLES)}")


def _try(args: argparse.Namespace, mapping: dict[str, Any] | None) -> dict[str, Any]:
    from hengjian.backends.duckdb_intake import prepare
    from hengjian.engines.tables.mapping import mapping_from_json
    from hengjian.project import installation

    keys = installation.load()
    workdir = Path(tempfile.mkdtemp(prefix="hengjian-intake-"))
    try:
        preview = prepare(
            args.path,
            table=args.table,
            mapping=mapping_from_json(mapping) if mapping else None,
            demo=keys.demo,
            workdir=workdir,
            person_key=keys.person_key.encode(),
        )
        _save_mapping(args.save_mapping, preview)
        return _tried(preview)
    finally:
        shutil.rmtree(workdir, ignore_errors=True)


def _save_mapping(path: Path | None, preview: Preview) -> None:
    from hengjian.engines.tables.mapping import mapping_to_json
    from hengjian.kernel.errors import Refused

    if path is None:
        return
    found = [sheet.mapping for sheet in preview.sheets if sheet.state == "taken" and sheet.mapping is not None]
    if len(found) != 1:
        raise Refused(f"收进来的有 {len(found)} 张表，列对应只能从一张存下")
    path.write_text(json.dumps(mapping_to_json(found[0]), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _tried(preview: Preview) -> dict[str, Any]:
    return {
        "state": "dry-run",
        "rows": preview.rows,
        "accepted": preview.accepted,
        "quarantined": preview.quarantined,
        "refused": preview.refused,
        "tables": [
            {
                "table": one.table,
                "rows": one.rows,
                "repeated": one.repeated,
                "sha256": one.sha256,
                "columns": one.columns,
            }
            for one in preview.tables.values()
        ],
        "sheets": [
            {
                "file": sheet.file,
                "sheet": sheet.sheet,
                "state": sheet.state,
                "reason": sheet.reason,
                "tables": sheet.tables,
                "rows": sheet.rows,
                "accepted": sheet.accepted,
                "quarantined": sheet.quarantined,
                "refused": sheet.refused,
                "skipped_rows": sheet.skipped_rows,
                "hidden_rows": len(sheet.hidden_rows),
                "unknown_columns": sheet.unknown_columns,
            }
            for sheet in preview.sheets
        ],
        "reasons": preview.reasons,
        "refused_cells": _cells(preview.refused_file),
        "quarantined_rows": [vars(row) for row in preview.moved_rows],
        "seconds": round(preview.seconds, 3),
    }


def _cells(path: Path | None) -> list[dict[str, Any]]:
    """Every refused cell; identity numbers are covered already where the list is made."""
    import pyarrow.parquet as pq

    return [] if path is None or not path.exists() else list(pq.read_table(path).to_pylist())


def _accept(args: argparse.Namespace, mapping: dict[str, Any] | None) -> dict[str, Any]:
    from hengjian.kernel.errors import Refused
    from hengjian.project.setup import start_django

    if not args.path.exists():
        raise Refused(f"找不到文件 {args.path}")
    if args.save_mapping:
        raise Refused("--save-mapping 与 --dry-run 一起用")
    start_django()
    bodies = [_accept_one(path, args, mapping) for path in _files(args.path)]
    if len(bodies) == 1:
        return bodies[0]
    totals = {name: sum(body[name] for body in bodies) for name in ("rows", "accepted", "quarantined", "refused")}
    cells = [cell for body in bodies for cell in body["refused_cells"]]
    return {"state": "accepted", **totals, "submissions": bodies, "refused_cells": cells}


def _files(path: Path) -> list[Path]:
    """A folder by the contract is handed in file by file, institutions before what names them."""
    from hengjian.engines.tables.contract import TABLES

    if not path.is_dir():
        return [path]
    order = {name: place for place, name in enumerate(TABLES)}
    wanted = (".csv", ".xlsx", ".xls", ".parquet", ".zip")
    files = [file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in wanted]
    return sorted(files, key=lambda file: (order.get(file.stem, order.get(file.parent.name, len(order))), str(file)))


def _accept_one(path: Path, args: argparse.Namespace, mapping: dict[str, Any] | None) -> dict[str, Any]:
    from django.utils import timezone

    from hengjian.apps.intake import storage
    from hengjian.apps.intake.services import accept_from_command_line

    submission = accept_from_command_line(
        path=path,
        table=args.table,
        mapping=mapping,
        organ=args.organ,
        username=args.username,
        now=timezone.now(),
        today=timezone.localdate(),
    )
    counts = {name: submission.preview.get(name, 0) for name in ("rows", "accepted", "quarantined", "refused")}
    return {
        "state": submission.state,
        "submission": submission.number,
        "file": path.name,
        **counts,
        "tables": submission.preview.get("tables", []),
        "refused_cells": _cells(storage.refused_cells(submission)),
    }


def _print_words(body: dict[str, Any]) -> None:
    done = "试运行，什么都没有写入" if body["state"] == "dry-run" else "已收下"
    print(f"{done}：共 {body['rows']} 行，可收 {body['accepted']}，隔离 {body['quarantined']}，拒收 {body['refused']}")
    for one in body.get("tables", []):
        print(f"  表 {one['table']}：{one['rows']} 行")
    for sheet in body.get("sheets", []):
        if sheet["state"] == "skipped":
            print(f"  跳过 {sheet['file']} {sheet['sheet']}：{sheet['reason']}")
        elif sheet["unknown_columns"]:
            print(f"  不收的列 {sheet['file']} {sheet['sheet']}：{'、'.join(sheet['unknown_columns'])}")
    for row in body.get("quarantined_rows", []):
        side = "右" if row["by"] > 0 else "左"
        print(f"  隔离 {row['file']} {row['sheet']} 第{row['row']}行：自“{row['first']}”起应{side}移一列")
    for cell in body["refused_cells"]:
        place = f"{cell['file']} {cell['sheet']} 第{cell['row']}行 {cell['column']}"
        print(f"  拒收 {place}：{cell['value']}｜{cell['sentence']}｜{cell['repair']}")
