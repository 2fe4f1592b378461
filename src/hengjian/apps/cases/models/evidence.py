"""Evidence, its chain of custody, and coercive measures of a case."""

from __future__ import annotations

__all__: list[str] = []
