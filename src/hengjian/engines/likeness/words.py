"""Text taken apart: a normal form, words for searching, shingles for comparing."""

from __future__ import annotations

import re
import unicodedata

RUN = re.compile(r"[0-9a-z]+|[^\W\d_a-z]+")
"""Runs of ASCII letters and digits, or of other letters (Chinese)."""
PIECE_MOST = 40
SHINGLE = 4


def normal(text: str) -> str:
    """NFKC, lower case, without NUL: full-width digits and letters become the plain ones."""
    return unicodedata.normalize("NFKC", text).replace("\x00", "").lower()


def runs(text: str) -> list[str]:
    """The runs of letters and digits in their order; punctuation and blanks part them."""
    return RUN.findall(normal(text))


def is_plain(run: str) -> bool:
    """Whether the run is ASCII: a number or a Latin word, kept whole."""
    return run.isascii()


def words(text: str) -> list[str]:
    """The words under which a text is found, each once: every Chinese character pair, every ASCII run, digits apart.

    A Chinese run of a single character gives itself, or nothing longer would find its neighbour.
    """
    found: dict[str, None] = {}
    for run in runs(text):
        if is_plain(run):
            found[run[:PIECE_MOST]] = None
        elif len(run) == 1:
            found[run] = None
        else:
            found.update((run[at : at + 2], None) for at in range(len(run) - 1))
    return list(found)


def asked(text: str) -> list[str]:
    """The words that all have to be there for a text to contain what somebody typed; [] where nothing can be asked.

    A single Chinese character asks nothing: half the leads would answer.
    """
    return [word for word in words(text) if is_plain(word) or len(word) == 2]


def contains(text: str, typed: str) -> bool:
    """Whether every part of what was typed (parted by blanks) stands in the text as it was typed."""
    body = "".join(runs(text))
    return all("".join(runs(part)) in body for part in typed.split())


def shingles(text: str, size: int = SHINGLE) -> frozenset[str]:
    """All pieces of `size` characters of the text without punctuation and blanks; the whole where it is shorter."""
    body = "".join(runs(text))
    if not body:
        return frozenset()
    if len(body) <= size:
        return frozenset({body})
    return frozenset(body[at : at + size] for at in range(len(body) - size + 1))
