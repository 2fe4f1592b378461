"""Organs and people change only with an event, and nothing half."""

from datetime import date

import pytest

from hengjian.apps.accounts import services
from hengjian.apps.accounts.models import Organ, Posting, Role, Share, User
from hengjian.apps.record.models import Event
from hengjian.apps.record.services import SYSTEM
from hengjian.kernel.errors import Refused
from tests.apps.factories import NOW, TODAY, make_institution, make_tree, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_tree()


def organ(tree, **changes):
    values = {
        "name": "北川所",
        "short_name": "北川所",
        "level": "station",
        "area_code": "990121",
        "parent": tree.county,
    }
    return services.create_organ(actor=SYSTEM, now=NOW, valid_from=TODAY, **values | changes)


def posting(user, place, **changes):
    values = {"role": Role.OFFICER, "valid_from": TODAY}
    return services.create_posting(actor=SYSTEM, now=NOW, user=user, organ=place, **values | changes)


def test_a_new_organ_has_its_path_and_its_event(tree):
    made = organ(tree)
    assert made.path == f"{tree.county.path}{made.pk}/"
    event = Event.objects.latest("sequence")
    assert (event.verb, event.thing_id, event.after["name"]) == ("organ.create", str(made.pk), "北川所")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"level": "city"}, "不能设在"),
        ({"area_code": "12"}, "6、9 或 12 位"),
        ({"parent": None}, "最高机关只能有一个"),
        ({"name": "长" * 81}, "80"),
    ],
)
def test_a_wrong_organ_is_refused_and_leaves_nothing(tree, changes, says):
    before = Organ.objects.count()
    with pytest.raises(Refused, match=says):
        organ(tree, **changes)
    assert (Organ.objects.count(), Event.objects.count()) == (before, 0)


def test_an_organ_closes_only_when_nobody_and_nothing_is_left_in_it(tree):
    def close(place):
        return services.close_organ(actor=SYSTEM, now=NOW, organ_id=place.pk, last_day=TODAY, reason="机构改革")

    with pytest.raises(Refused, match="下级机关"):
        close(tree.county)
    person = make_user(tree.station)
    with pytest.raises(Refused, match="任职"):
        close(tree.station)
    Posting.objects.filter(user=person).update(valid_to=TODAY)
    assert close(tree.station).valid_to == TODAY
    with pytest.raises(Refused, match="已于"):
        close(tree.station)


def test_the_same_role_twice_at_the_same_time_is_refused(tree):
    user = make_user(tree.county, Role.OFFICER)
    with pytest.raises(Refused, match="已有“执法人员”的任职"):
        posting(user, tree.county)
    services.end_posting(
        actor=SYSTEM, now=NOW, posting_id=user.postings.get().pk, last_day=date(2026, 10, 1), reason="调离"
    )
    assert posting(user, tree.county).pk
    assert [event.verb for event in Event.objects.all()] == ["posting.end", "posting.create"]


def test_an_institution_user_names_the_institution(tree):
    with pytest.raises(Refused, match="统一社会信用代码"):
        posting(make_user(tree.county), tree.county, role=Role.INSTITUTION_USER)


def test_no_password_reaches_the_record(tree):
    user = services.create_user(actor=SYSTEM, now=NOW, username="jia", name="甲", password="Only-4-the-test")
    services.change_password(actor=SYSTEM, now=NOW, user=user, password="Another-1-for-it")
    services.reset_password(
        actor=SYSTEM, now=NOW, user_id=user.pk, password="A-third-1-for-it", reason="当面核对", organ_path="/1/"
    )
    text = " ".join(f"{event.before}{event.after}{event.reason}" for event in Event.objects.all())
    assert "the-test" not in text and "for-it" not in text and "pbkdf2" not in text and "md5" not in text
    user.refresh_from_db()
    assert user.check_password("A-third-1-for-it")


@pytest.mark.parametrize(("password", "says"), [("short", "10"), ("1234567890123", "数字"), ("password123", "常见")])
def test_a_weak_password_is_refused_in_words(password, says):
    with pytest.raises(Refused, match=says):
        services.create_user(actor=SYSTEM, now=NOW, username="yi", name="乙", password=password)
    assert not User.objects.exists()


def test_nobody_suspends_themselves(tree):
    user = make_user(tree.county)
    actor = services.Actor(id=str(user.pk), name=user.name, role="sysadmin", organ_path="/1/")
    with pytest.raises(Refused, match="自己"):
        services.set_active(actor=actor, now=NOW, user_id=user.pk, active=False, reason="试", organ_path="/1/")


def test_sharing_again_renews_and_taking_back_ends_it(tree):
    lab, user = make_institution(tree.county), make_user(tree.county)
    share = {"actor": SYSTEM, "now": NOW, "thing": lab, "organ": tree.other_county, "user": user, "reason": "协查"}
    services.share_matter(**share, days=30)
    renewed = services.share_matter(**share, days=90)
    assert Share.objects.get() == renewed
    services.end_share(actor=SYSTEM, now=NOW, share_id=renewed.pk, thing=lab, last_day=date(2026, 10, 31))
    assert Share.objects.get().valid_to == date(2026, 10, 31)
    with pytest.raises(Refused, match="本来就属于"):
        services.share_matter(**share | {"organ": tree.county})
    assert Event.objects.filter(organ_path=tree.county.path).count() == 3
