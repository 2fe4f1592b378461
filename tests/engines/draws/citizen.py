"""Run the citizens' script as they do: on a folder, reading what it prints."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from hengjian.engines.draws import canon, verifier
from tests.engines.draws.cases import Chance

CODE = compile(verifier.script(), verifier.SCRIPT, "exec")


def write(folder: Path, bundle: Mapping[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in bundle.items():
        (folder / name).write_bytes(data)
    return folder


def check(folder: Path, *ids: str) -> tuple[dict[str, bool], str, int]:
    """(each check by name, everything printed, exit code)."""
    printed = io.StringIO()
    code = 0
    with mock.patch.object(sys, "argv", [verifier.SCRIPT, str(folder), *ids]), contextlib.redirect_stdout(printed):
        try:
            exec(CODE, {"__name__": "__main__"})  # noqa: S102  # the script, as a citizen runs it
        except SystemExit as end:
            code = int(end.code or 0)
    lines = printed.getvalue().splitlines()
    checks = {line[2:]: line[0] == "✓" for line in lines if line[:2] in ("✓ ", "✗ ")}
    return checks, printed.getvalue(), code


def tampered(bundle: dict[str, bytes], chance: Chance) -> dict[str, bytes]:
    """One thing of the published result changed, so that it still reads as a result."""
    result = json.loads(bundle["result.json"])
    shown = json.loads(bundle["reveal.json"])
    stratum = chance.one_of(sorted(result["order"]))
    order = result["order"][stratum]
    kind = chance.below(7)
    if kind == 0 and len(order) > 1:
        order[0], order[1] = order[1], order[0]
    elif kind == 1 and result["load"]:
        result["load"][chance.one_of(sorted(result["load"]))] += 1
    elif kind == 2 and any(result["assignment"].values()):
        target = chance.one_of([t for t, slots in sorted(result["assignment"].items()) if slots])
        slot = chance.one_of(sorted(result["assignment"][target]))
        others = sorted(p for p in result["load"] if p != result["assignment"][target][slot])
        result["assignment"][target][slot] = chance.one_of(others)
    elif kind == 3:
        shown["entropy"] = "1." + shown["entropy"]
    elif kind == 4:
        ticket = result["tickets"][stratum][order[0]]
        result["tickets"][stratum][order[0]] = ticket[:-1] + ("0" if ticket[-1] != "0" else "1")
    elif kind == 5:
        result["pi"][stratum][order[-1]] = "1/7919"
    else:
        result["quota"][stratum] += 1
    return bundle | {"result.json": canon(result), "reveal.json": canon(shown)}
