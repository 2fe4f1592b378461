"""Errors that carry the sentence a user reads; imports only the standard library."""

from __future__ import annotations

from collections.abc import Mapping


class DomainError(Exception):
    """Something the law, the contract or the rights do not allow.

    `sentence` is Chinese and goes to the page as it is; `where` names file, sheet, row, column
    and value as far as they are known; `article` is the legal basis where there is one.
    """

    def __init__(self, sentence: str, *, where: Mapping[str, object] | None = None, article: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.where = dict(where) if where else None
        self.article = article


class Refused(DomainError):
    """Input that cannot be taken as it is."""


class NotAllowed(DomainError):
    """The person has no right to do this here and now."""


class IllegalMove(DomainError):
    """The procedure's table has no such move from this state, or a fact is missing."""


class NotFound(DomainError):
    """No such record among those the person may see."""
