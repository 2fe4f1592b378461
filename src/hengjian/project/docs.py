"""Printed documentation: what the code says about itself. `python -m hengjian.project.docs [--check]`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path

from hengjian.project.installation import REPOSITORY

SOURCE = REPOSITORY / "src" / "hengjian"
DOCS = REPOSITORY / "docs"
ROOMS = ("project", "apps", "ui", "backends", "citylab", "law", "engines", "kernel")
NOTE = "<!-- Printed by `python -m hengjian.project.docs`; do not edit by hand. -->\n\n"


def _first_line(package: Path) -> str:
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
    return (docstring or "").splitlines()[0] if docstring else ""


def _packages(folder: Path) -> list[Path]:
    return sorted(p.parent for p in folder.glob("*/__init__.py") if p.parent.name not in {"migrations", "templatetags"})


def architecture() -> str:
    """The rooms of the house from the outside in, each with its own line."""
    lines = ["# Architecture\n", "Arrows point inward only; `lint-imports` checks it. Rooms from the outside in:\n"]
    for room in ROOMS:
        lines.append(f"- **{room}** – {_first_line(SOURCE / room)}")
        lines += [f"  - `{package.name}` – {_first_line(package)}" for package in _packages(SOURCE / room)]
    return NOTE + "\n".join(lines) + "\n"


def permissions() -> str:
    """The rights matrix as it is declared."""
    from hengjian.apps.accounts.models import Role
    from hengjian.apps.accounts.rights import permissions as declared

    lines = [
        "# Rights\n",
        "Reach: own organ with its stations, whole subtree, everywhere, or the institution itself.\n",
    ]
    lines += ["| code | right | reach | roles |", "|---|---|---|---|"]
    for item in declared():
        roles = "、".join(str(role.label) for role in Role if role in item.roles)
        lines.append(f"| `{item.code}` | {item.label} | {item.reach} | {roles} |")
    return NOTE + "\n".join(lines) + "\n"


def procedures() -> str:
    """Every procedure's table and diagram."""
    from hengjian.kernel.transitions import mermaid
    from hengjian.project.procedures import PROCEDURES

    parts = ["# Procedures\n"]
    for procedure in PROCEDURES:
        parts.append(f"## {procedure.label} (`{procedure.name}`)\n\n```mermaid\n{mermaid(procedure)}```\n")
        parts.append("| from | action | to | right | basis |\n|---|---|---|---|---|")
        parts += [
            f"| {procedure.states[move.source]} | {move.label} | {procedure.states[move.target]} "
            f"| `{move.permission}` | {move.basis} |"
            for move in procedure.moves
        ]
        parts.append("")
    return NOTE + "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "architecture.md": architecture,
    "rights.md": permissions,
    "procedures.md": procedures,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which are stale and exit 1."""
    from hengjian.project.setup import start_django

    start_django()
    stale = []
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if "--check" in arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print("stale: " + ", ".join(stale) + " – run `.venv/bin/python -m hengjian.project.docs`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
