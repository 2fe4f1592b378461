"""All procedures of the product in one list, for the printed documentation and the tests."""

from __future__ import annotations

from hengjian.kernel.transitions import Procedure

PROCEDURES: tuple[Procedure, ...] = ()
