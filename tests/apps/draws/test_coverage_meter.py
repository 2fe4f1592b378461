"""The coverage meter knows of a draw before anybody is sent, and gives a superior's targets away to nobody."""

from __future__ import annotations

import pytest

from hengjian.apps.draws.drawn import institutions_drawn
from hengjian.apps.plans.coverage import coverage
from tests.apps.draws.samples import Stage, draw_at

pytestmark = pytest.mark.django_db


def test_the_share_drawn_moves_when_the_draw_is_made(stage: Stage) -> None:
    draw = draw_at(stage, "committed")
    organ, year = draw.organ, draw.planned_from.year
    assert coverage(organ, year, draw.planned_from).meter("drawn").done == 0
    drawn = draw_at(stage, "drawn", batch=2)
    assert coverage(organ, year, drawn.planned_from).meter("drawn").done == drawn.sample_size > 0
    assert coverage(organ, year + 1, drawn.planned_from).meter("drawn").done == 0


def test_a_superiors_draw_is_told_below_when_its_proof_is_public(stage: Stage) -> None:
    drawn = draw_at(stage, "drawn")
    below = drawn.organ.children.order_by("path")[0]
    year = drawn.planned_from.year
    assert institutions_drawn(drawn.organ, year).exists()
    assert not institutions_drawn(below, year).exists()
    published = draw_at(stage, "published", batch=2)
    wanted = {unit.institution_id for unit in published.units.filter(selected=True)}
    assert {row["institution_id"] for row in institutions_drawn(below, year)} == wanted
