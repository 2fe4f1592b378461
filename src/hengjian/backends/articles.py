"""Names the article of a finding from the dated law; engines take this as a function."""

from __future__ import annotations

from datetime import date

from hengjian.kernel.errors import NotFound
from hengjian.law import catalogue


def article_in_force(violation: str, on: date) -> str:
    """The citation in force on the day of conduct; says so where no text of that day is recorded.

    A violation id that the catalogue does not know is a defect of the detector and raises ValueError.
    """
    try:
        return catalogue.article_as_of(violation, on).citation.text
    except NotFound as error:
        try:
            catalogue.violation(violation)
        except NotFound:
            raise ValueError(error.sentence) from error
        return f"{on.isoformat()} 当日没有已录入的有效条文"
