"""Whatever the program writes into the record, the pages can say in Chinese."""

import re

import pytest

from hengjian.apps.record import wording
from hengjian.apps.record.models import Event
from tests.paths import REPO

VERB = re.compile(r'verb="([a-z_]+\.[a-z_]+)"')
WRITTEN = sorted(
    {verb for path in (REPO / "src/hengjian/apps").rglob("*.py") for verb in VERB.findall(path.read_text("utf-8"))}
)


@pytest.mark.parametrize(
    "verb", [*WRITTEN, "user.activate", "user.suspend", "alert.confirm", "submission.accept", "sites.change"]
)
def test_every_verb_has_a_chinese_label(verb):
    assert wording.verb_label(verb) != verb


def test_an_unknown_verb_and_kind_show_their_code():
    assert wording.verb_label("gone.away") == "gone.away"
    assert wording.kind_label("gone.away") == "gone.away"
    assert wording.field_label("gone.away", "n") == "n"


def test_changes_are_told_by_the_names_of_fields_and_choices():
    event = Event(
        thing_kind="accounts.posting",
        before={"role": "analyst", "valid_to": None, "id": 4},
        after={"role": "leader", "valid_to": "2026-11-01", "id": 4},
    )
    assert wording.changes_of(event) == [("角色", "分析员", "局领导"), ("任职止", "—", "2026-11-01")]
