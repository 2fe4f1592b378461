"""What follows the decision of a case: service, payment, enforcement, closing, archive, on-the-spot penalties."""

from __future__ import annotations

__all__: list[str] = []
