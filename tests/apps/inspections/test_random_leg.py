"""What the random leg says: only drawn institutions count, by their probabilities; small samples say nothing."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from hengjian.apps.accounts.models import Role
from hengjian.apps.draws.models import DrawUnit
from hengjian.apps.inspections import random_leg_estimates as estimates
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.random_leg import Drawn, Hits, Sample, hits_by_origin, read_sample
from hengjian.apps.plans.models import Visit
from hengjian.apps.record.models import Event
from tests.apps.draws.samples import LATER, Stage, draw_at, make_stage
from tests.apps.factories import make_user

BACKEND = "django.contrib.auth.backends.ModelBackend"
YEAR = 2026


def _unit(stratum: str, pi: Fraction, problems: int, *, seen: Any = "checked", organ: str = "甲县") -> Drawn:
    return Drawn("SC-1", stratum, pi, 0, stratum, organ, "", seen, problems, 0, "")


def _sample(*units: Drawn, **layers: int) -> Sample:
    return Sample(YEAR, (), units, {("SC-1", name): size for name, size in layers.items()})


def _whole(sample: Sample, fewest: int = 1) -> Any:
    return estimates.part_of(sample, "", "全部", lambda unit: True, measure="problem", fewest=fewest)


def test_one_layer_has_the_exact_limits() -> None:
    units = [_unit("food", Fraction(1, 5), 1 if n < 3 else 0) for n in range(10)]
    part = _whole(_sample(*units, food=50))
    assert part.rate.method == "hypergeometric"
    assert part.rate.estimate == pytest.approx(0.3)
    assert 3 / 50 <= part.rate.low < 0.3 < part.rate.high <= 43 / 50


def test_layers_weigh_by_their_size_and_not_by_how_many_were_drawn() -> None:
    large = [_unit("food", Fraction(10, 1000), int(n < 2)) for n in range(10)]
    small = [_unit("vehicle", Fraction(10, 20), int(n < 8)) for n in range(10)]
    part = _whole(_sample(*large, *small, food=1000, vehicle=20))
    assert part.rate.estimate == pytest.approx((0.2 * 1000 + 0.8 * 20) / 1020)
    assert part.hits == 10


def test_whoever_is_gone_is_outside_and_whoever_waits_is_like_the_others() -> None:
    checked = [_unit("food", Fraction(1, 5), int(n < 4)) for n in range(8)]
    gone = [_unit("food", Fraction(1, 5), 0, seen="not_met")]
    waiting = [_unit("food", Fraction(1, 5), 0, seen="pending") for _ in range(3)]
    part = _whole(_sample(*checked, *gone, *waiting, food=60))
    assert part.rate.estimate == pytest.approx(0.5)
    assert (part.drawn, part.checked, part.pending, part.not_met, part.hits) == (12, 8, 3, 1, 4)
    assert part.provisional


def test_a_small_sample_says_so_and_gives_no_number() -> None:
    part = _whole(_sample(*[_unit("food", Fraction(1, 2), 1) for _ in range(4)], food=8), fewest=5)
    assert part.rate is None
    assert part.why == "已检查 4 家，少于 5 家，不作推算"
    leg = estimates.leg_of(Hits("alert", 4, 4, 0), measure="problem", fewest=5)
    assert (leg.share, leg.why) == (None, "已检查 4 家，少于 5 家，不作比较")
    assert estimates.compared(part, leg) == "样本太少，两边还不能比较。"


def test_layers_without_a_place_in_the_sample_are_told_and_not_estimated() -> None:
    units = [_unit("food", Fraction(1, 2), 0) for _ in range(6)]
    sample = _sample(*units, _unit("drug", Fraction(0), 3), food=12, drug=7, vehicle=5)
    assert sample.unreached == 5
    part = _whole(sample)
    assert (part.checked, part.hits, part.rate.estimate) == (7, 1, 0)


def test_no_problem_at_all_still_has_an_upper_limit() -> None:
    part = _whole(_sample(*[_unit("food", Fraction(1, 10), 0) for _ in range(10)], food=100))
    assert part.rate.estimate == part.rate.low == 0
    assert 0.1 < part.rate.high < 0.4


@pytest.mark.parametrize(
    ("hits", "checked", "said"),
    [(29, 30, "预警比随机更会找"), (10, 30, "看不出预警比随机更会找"), (0, 60, "预警指错了地方")],
)
def test_the_comparison_claims_no_more_than_the_intervals_allow(hits: int, checked: int, said: str) -> None:
    units = [_unit("food", Fraction(60, 400), int(n < 18)) for n in range(60)]
    part = _whole(_sample(*units, food=400))
    leg = estimates.leg_of(Hits("alert", checked, hits, 0), measure="problem", fewest=5)
    assert said in estimates.compared(part, leg)


@given(st.lists(st.tuples(st.integers(2, 6), st.integers(0, 6), st.integers(0, 40)), min_size=1, max_size=4))
def test_parts_add_up_and_every_limit_holds_its_estimate(drawn: list[tuple[int, int, int]]) -> None:
    units, layers = [], {}
    for place, (n, hits, more) in enumerate(drawn):
        name = f"s{place}"
        layers[name] = n + more
        units += [
            _unit(name, Fraction(n, n + more), int(k < hits), organ=f"{k % 2}", seen="pending" if k == 5 else "checked")
            for k in range(n)
        ]
    sample = _sample(*units, **layers)
    whole = _whole(sample)
    by_field = estimates.parts_by(sample, lambda unit: unit.field, str, measure="problem", fewest=1)
    by_organ = estimates.parts_by(sample, lambda unit: unit.organ, str, measure="problem", fewest=1)
    for parts in (by_field, by_organ):
        for name in ("drawn", "checked", "pending", "not_met", "hits"):
            assert sum(getattr(part, name) for part in parts) == getattr(whole, name)
    for part in (whole, *by_field, *by_organ):
        if part.rate is not None:
            assert 0 <= part.rate.low <= part.rate.estimate + 1e-9
            assert part.rate.estimate - 1e-9 <= part.rate.high <= 1


def test_the_limits_cover_the_truth_as_often_as_they_say() -> None:
    chance = numpy.random.default_rng(20_261_101)
    population = {"food": [n < 24 for n in range(80)], "vehicle": [n < 10 for n in range(25)]}
    truth = 34 / 105
    covered = 0
    for _ in range(200):
        units = []
        for name, bad in population.items():
            n = 16 if name == "food" else 8
            units += [_unit(name, Fraction(n, len(bad)), int(one)) for one in chance.choice(bad, n, replace=False)]
        rate = _whole(_sample(*units, food=80, vehicle=25)).rate
        covered += rate.low <= truth <= rate.high
    assert covered >= 184  # 95 % of 200 are 190; below 184 with probability under 1 in 500


def test_an_officer_who_never_finds_anything_is_named_only_when_chance_does_not_explain_it() -> None:
    visits = [((f"o{n % 6}", f"o{(n + 1) % 6}"), True) for n in range(120)]
    assert estimates.people_without_problem(visits) == []
    blind = [(("blind", f"o{n % 6}"), False) for n in range(40)]
    found = estimates.people_without_problem([*visits, *blind])
    assert [(one.names, one.alarm) for one in found] == [(("blind",), True)]
    few = estimates.people_without_problem([*visits, (("new", "o1"), False), (("new", "o2"), False)])
    assert [(one.names, one.alarm) for one in few] == [(("new",), False)]
    rarely = [(("o1", "o2"), n % 3 == 0) for n in range(9)]
    found = estimates.people_without_problem([*rarely, (("new",), False)])
    assert found == [], "by the average nobody finds anything in one visit here"


# -- over the database ---------------------------------------------------------------------------------------------


@pytest.fixture
def stage(db: None, settings: Any, tmp_path: Any) -> Stage:
    settings.UPLOADS_ROOT, settings.LAKE_ROOT = tmp_path / "u", tmp_path / "l"
    settings.DRAWS_ROOT = tmp_path / "d"
    return make_stage()


def _inspected(stage: Stage, unit: DrawUnit | None, *, problems: int, code: str, origin: str = "draw") -> Inspection:
    lab = unit.institution if unit else stage.labs[0]
    number = f"T{Inspection.objects.count():04d}"
    visit = Visit.objects.create(
        number=number, institution=lab, organ=stage.office.county, origin_kind="alert", origin_id="x",
        day=LATER.date(), exception_code="alert", exception_note="试验", counted=False, reserved_at=LATER,
    )  # fmt: skip
    made = Inspection.objects.create(
        number=number, organ=stage.office.county, institution=lab, visit=visit, origin_kind=origin,
        origin_id=unit.draw.number if unit else "x", origin_label="试验", title="试验", kind="unannounced",
        state="published", state_at=LATER, lead=stage.officers[0], member=stage.officers[1], created_by=stage.chief,
        created_at=LATER, ended_on=LATER.date(), result_code=code,
    )  # fmt: skip
    for place in range(problems):
        made.findings.create(
            institution=lab, number=f"{number}-{place}", by=stage.officers[0], made_at=LATER, received_at=LATER,
            happened_at=LATER, conduct_on=LATER.date(), article="x", text="x", severity="serious", handling="order",
        )  # fmt: skip
    return made


def test_only_drawn_institutions_enter_the_sample_with_what_came_of_each(stage: Stage) -> None:
    draw = draw_at(stage, "published")
    units = list(draw.units.filter(selected=True).order_by("pk"))
    _inspected(stage, units[0], problems=2, code="02")
    _inspected(stage, units[1], problems=0, code="01")
    _inspected(stage, units[2], problems=0, code="06")
    _inspected(stage, None, problems=1, code="02", origin="alert")
    on = LATER.date()
    sample = read_sample(stage.chief, year=YEAR, on=on)
    assert len(sample.units) == len(units)
    assert (sample.count("checked"), sample.count("not_met"), sample.count("pending")) == (2, 1, len(units) - 3)
    assert sorted(unit.problems for unit in sample.units)[-1] == 2
    assert sum(sample.layers.values()) == draw.units.count()
    hits = {one.origin: (one.checked, one.problems) for one in hits_by_origin(stage.chief, year=YEAR, on=on)}
    assert hits == {"draw": (2, 1), "alert": (1, 1)}
    stranger = make_user(stage.office.tree.other_county, Role.SECTION_CHIEF)
    assert read_sample(stranger, year=YEAR, on=on).units == ()
    assert hits_by_origin(stranger, year=YEAR, on=on) == []


def test_the_page_tells_numbers_that_open_to_their_rows(stage: Stage, django_assert_max_num_queries: Any) -> None:
    client = Client()
    client.force_login(stage.chief, backend=BACKEND)
    url, rows_url = reverse("inspections:random_leg"), reverse("inspections:random_leg_rows")
    assert "还没有可以推算的检查" in client.get(url).content.decode()
    assert client.get(rows_url).status_code == 200
    draw = draw_at(stage, "published")
    units = list(draw.units.filter(selected=True).order_by("pk"))
    assert "检查得还太少，不能推算" in client.get(url).content.decode()
    for place, unit in enumerate(units):
        _inspected(stage, unit, problems=place % 2, code="02" if place % 2 else "01")
    with django_assert_max_num_queries(25):
        text = client.get(url, {"year": YEAR}).content.decode()
    for part in ("2026 年推算", "95% 区间", "按领域", "按辖区", "按抽取时的风险等级", "抽取的监测", "<svg"):
        assert part in text, part
    for query, wanted in (({}, len(units)), ({"problem": "1"}, len(units) // 2), ({"seen": "pending"}, 0)):
        shown = client.get(rows_url, {"year": YEAR, **query}).content.decode()
        assert f"{wanted} 家次" in shown, query
    for query in ({"year": "x", "of": "y"}, {"year": "1999"}, {"of": "serious"}):
        assert client.get(url, query).status_code == 200
    answer = client.get(rows_url, {"format": "xlsx"})
    assert answer.status_code == 200
    assert Event.objects.latest("sequence").after["what"] == "随机抽到的机构"
