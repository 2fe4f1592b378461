"""Run in a process of its own by test_paper: prints the digests of some documents as PDF and Word."""

from __future__ import annotations

import json
from hashlib import sha256

from hengjian.project.setup import start_django

FORMS = ("PEN-7", "PEN-9", "PEN-45", "PEN-25", "PEN-54", "CMP-5")


def digests() -> dict[str, list[str]]:
    """SHA-256 of PDF and Word by form."""
    from hengjian.apps.documents.typesetting import pdf_of
    from hengjian.apps.documents.word import word_of
    from tests.apps.documents.samples import sheet

    return {one: [sha256(make(sheet(one))).hexdigest() for make in (pdf_of, word_of)] for one in FORMS}


if __name__ == "__main__":
    start_django()
    print(json.dumps(digests()))
