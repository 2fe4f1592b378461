"""Files and functions stay small: a long one is split by noun or by rule."""

import ast

import pytest

from tests.paths import REPO

SOURCES = sorted(p for p in (REPO / "src").rglob("*.py") if "migrations" not in p.parts)
LONGEST_FILE, LONGEST_FUNCTION, P90_FUNCTION = 400, 60, 25


def _functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [(node.name, node.lineno, node.end_lineno - node.lineno + 1) for node in found]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(REPO / "src")))
def test_a_file_and_its_functions_stay_small(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_FILE, f"{lines} lines"
    assert [f for f in _functions(path) if f[2] > LONGEST_FUNCTION] == []


def test_nine_functions_of_ten_fit_on_half_a_page():
    lengths = sorted(length for path in SOURCES for _, _, length in _functions(path))
    assert lengths[int(len(lengths) * 0.9)] <= P90_FUNCTION
