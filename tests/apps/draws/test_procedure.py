"""A draw from project to proof, in both modes; every state × action; who may not do it twice."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from hengjian.apps.draws import bundle
from hengjian.apps.draws.models import DrawUnit
from hengjian.project.cli import main
from tests.apps.draws.samples import draw_at

pytestmark = pytest.mark.django_db


def test_an_open_draw_goes_from_project_to_proof(stage):
    draw = draw_at(stage, "published")
    assert (draw.state, draw.seq, draw.sample_size, draw.roster_size) == ("published", 1, 9, 30)
    assert draw.units.filter(selected=True).count() == 9
    assert draw.assignments.count() == 18
    folder = bundle.folder(draw)
    assert main(["draw", "verify", str(folder)]) == 0


def test_a_sealed_draw_shows_its_sample_only_when_it_is_opened(stage):
    draw = draw_at(stage, "announced", mode="sealed")
    assert (draw.seed, draw.salt, draw.published_at) == ("", "", None)
    draw = draw_at_published = draw
    assert draw_at_published.result_sha256
