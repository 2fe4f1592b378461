"""53 documents of one matter drawn up, numbered and typeset as PDF and Word by the background work, and its whole file.

Run: `HENGJIAN_HOME=/tmp/bench python benchmarks/documents.py`. The wanted figure is 30 seconds on two cores.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
WANTED, COUNT = 30.0, 53
EACH = 20
"""Lines of evidence: a decision of a real case is longer than a sample."""


def main() -> int:
    """Print what it took; 1 when the wanted figure is missed."""
    sys.path.insert(0, str(REPO))
    from hengjian.project.setup import start_django

    start_django()
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0, skip_checks=True)
    from tests.apps.documents.samples import whole_context
    from tests.apps.factories import make_tree

    from hengjian.apps.documents import sets
    from hengjian.apps.documents.selectors import documents_of
    from hengjian.apps.documents.volumes import whole_file
    from hengjian.apps.record.services import SYSTEM
    from hengjian.law.paper import forms_on

    today, now = timezone.localdate(), timezone.now()
    organ = make_tree().county
    wanted = [one for one in forms_on(today) if one.family == "PEN"][:COUNT]
    contexts = {one.id: whole_context(one) for one in wanted}
    for context in contexts.values():
        if "evidence" in context:
            context["evidence"] = context["evidence"] * (EACH // 3)
    given = {"thing": organ, "organ": organ, "actor": SYSTEM, "now": now, "today": today}
    row = sets.draw_up_set(forms=[one.id for one in wanted], contexts=contexts, **given)
    begun, worked = time.perf_counter(), time.process_time()
    sets.work_on(row.pk, clock=timezone.now)
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    row.refresh_from_db()
    pages = sum(one.pdf_pages or 0 for one in documents_of(organ))
    print(f"{row.done} documents, {pages} pages, {len(row.faults)} refused")
    print(f"{took:.1f} s, {worked:.1f} s of one core (wanted {WANTED:.0f} s)")
    begun = time.perf_counter()
    content = whole_file(organ, title="某案", organ_name=organ.name, now=timezone.now(), today=today)
    print(f"whole file, {len(content) / 1e6:.1f} MB: {time.perf_counter() - begun:.1f} s")
    return 0 if took <= WANTED and not row.faults else 1


if __name__ == "__main__":
    sys.exit(main())
