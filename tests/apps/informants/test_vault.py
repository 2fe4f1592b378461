"""The vault: what is changed does not open, keys that are missing or wrong are a sentence, rotation loses nothing."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hengjian.apps.informants import identity as identities
from hengjian.apps.informants import keyfile, rotation
from hengjian.apps.informants.channel import sender_of
from hengjian.apps.informants.envelope import NOT_GENUINE
from hengjian.apps.informants.files import opened_file, place_of
from hengjian.apps.informants.fingerprints import same_person
from hengjian.apps.informants.identity import Identity
from hengjian.apps.informants.models import Fingerprint, Informant, SealedFile, SealedText
from hengjian.apps.informants.services import bind_subject, hand_over, seal, seal_text
from hengjian.apps.informants.vault import open_vault, unseal_row
from hengjian.apps.tips.models import Tip
from hengjian.kernel.errors import Refused
from hengjian.project.cli import main
from tests.apps.factories import NOW
from tests.apps.informants.samples import EMAIL, NAME, PDF, PHONE, TEXT, send, typed

pytestmark = pytest.mark.django_db
WHO = Identity(name=NAME, phone=PHONE, email=EMAIL)


def sealed(county, identity=WHO):
    organ = county.tree.county
    return seal(identity=identity, organ=organ, actor=sender_of(organ), now=NOW)


def test_what_is_sealed_opens_as_it_was(county):
    row = sealed(county)
    assert identities.from_bytes(unseal_row(Informant.objects.get(pk=row.pk), open_vault())) == WHO
    assert repr(WHO) == "Identity(…)" and NAME not in repr(open_vault())


def test_the_key_file_is_the_owners_alone_and_lies_outside_the_database(county, settings):
    sealed(county)
    assert stat.S_IMODE(Path(settings.VAULT_FILE).stat().st_mode) == 0o600
    held = json.loads(Path(settings.VAULT_FILE).read_text())
    assert set(held) == {"format", "current", "keys", "finger", "code"}


@pytest.mark.parametrize("column", ["ciphertext", "wrapped_key"])
def test_a_changed_byte_does_not_open(county, column):
    row = sealed(county)
    for place in (0, 11, 12, -1):
        changed = bytearray(getattr(row, column))
        changed[place] ^= 1
        Informant.objects.filter(pk=row.pk).update(**{column: bytes(changed)})
        with pytest.raises(Refused) as told:
            unseal_row(Informant.objects.get(pk=row.pk), open_vault())
        assert told.value.sentence == NOT_GENUINE
    Informant.objects.filter(pk=row.pk).update(**{column: b""})
    with pytest.raises(Refused, match="这条封存记录打不开"):
        unseal_row(Informant.objects.get(pk=row.pk), open_vault())


def test_ciphertext_put_into_another_row_does_not_open(county):
    first, second = sealed(county), sealed(county, Identity(name="另一人"))
    moved = {name: getattr(first, name) for name in ("key_id", "wrapped_key", "ciphertext")}
    Informant.objects.filter(pk=second.pk).update(**moved)
    with pytest.raises(Refused, match="内容被改动过"):
        unseal_row(Informant.objects.get(pk=second.pk), open_vault())
    text = seal_text(informant=first, text="甲", purpose="tip", now=NOW)
    SealedText.objects.filter(pk=text.pk).update(record_id=second.record_id, **moved)
    with pytest.raises(Refused, match="内容被改动过"):
        unseal_row(SealedText.objects.get(pk=text.pk), open_vault())


def test_a_file_cut_off_or_changed_does_not_open(county):
    big = PDF + b"x" * (3 << 20)
    send(typed(county.lab) | {"files": SimpleUploadedFile("a.pdf", big)})
    row = SealedFile.objects.get()
    assert b"".join(opened_file(row)) == big
    kept = place_of(row).read_bytes()
    for wrong in (kept[: 1 << 20], kept[: (1 << 20) + 16], kept[:-1], kept[:5] + b"!" + kept[6:], b""):
        place_of(row).write_bytes(wrong)
        with pytest.raises(Refused, match="这条封存记录打不开"):
            opened_file(row)
    place_of(row).unlink()
    with pytest.raises(Refused, match=r"附件1\.pdf 不在存储里，请报告系统管理员。"):
        opened_file(row)


def break_key(path: Path, how: str) -> None:
    held = json.loads(path.read_text())
    if how == "missing":
        path.unlink()
    elif how == "damaged":
        path.write_text("{")
    elif how == "wrong":
        keyfile.write_vault(path, keyfile.new_vault(NOW), replace=True)
    elif how == "other key under its name":
        held["keys"][held["current"]]["key"] = "00" * 32
        path.write_text(json.dumps(held))
    else:
        held["finger"] = "short"
        path.write_text(json.dumps(held))


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("missing", keyfile.MISSING),
        ("damaged", keyfile.DAMAGED),
        ("wrong", keyfile.WRONG),
        ("other key under its name", keyfile.WRONG),
        ("half a key", keyfile.DAMAGED),
    ],
)
def test_without_the_right_keys_every_page_says_so_and_nothing_is_taken_in(county, settings, how, sentence, capsys):
    [one] = send(typed(county.lab)).context["sent"]
    data = typed(county.lab)
    break_key(Path(settings.VAULT_FILE), how)
    client = Client(raise_request_exception=False)
    refused = client.post("/public/send/report/", data)
    assert refused.status_code == 422 and sentence in refused.content.decode()
    looked = client.post("/public/send/progress/", {"code": one.code})
    assert looked.status_code in (404, 422) and "查询码" in looked.content.decode()
    officer = county.client("officer")
    number = Informant.objects.get().number
    assert officer.get(f"/informants/{number}/").status_code == 200
    written = officer.post(f"/informants/{number}/write/", {"text": "请补充"})
    assert written.status_code == 422
    assert Tip.objects.count() == 1 and Informant.objects.count() == 1
    assert main(["vault", "status"]) == 2 and sentence in capsys.readouterr().err
    assert not Path(settings.VAULT_FILE).exists() if how == "missing" else True, "never made anew"


def test_an_opening_is_not_used_up_when_the_keys_are_missing(county, settings):
    from hengjian.apps.informants import openings
    from hengjian.apps.informants.models import Opening

    send(typed(county.lab))
    number, now = Informant.objects.get().number, timezone.now()
    asked = openings.request_opening(
        number=number, scope="identity", reason="须向举报人核实取样的时间", user=county.people["officer"], now=now
    )
    openings.approve_opening(number=asked.number, user=county.people["leader"], now=now)
    Path(settings.VAULT_FILE).unlink()
    shown = county.client("officer").post(f"/informants/openings/{asked.number}/open/")
    assert shown.status_code == 422 and keyfile.MISSING in shown.content.decode()
    assert Opening.objects.get().state == "approved"


def test_rotation_puts_everything_under_a_new_key_and_old_back_ups_still_open(county, settings, capsys):
    send(typed(county.lab) | {"files": SimpleUploadedFile("a.pdf", PDF)})
    before = Informant.objects.get()
    assert main(["vault", "rotate"]) == 0
    after = Informant.objects.get()
    assert after.key_id != before.key_id and bytes(after.ciphertext) == bytes(before.ciphertext)
    for row in (before, after):
        assert identities.from_bytes(unseal_row(row, open_vault())).name == NAME
    assert b"".join(opened_file(SealedFile.objects.get())) == PDF
    assert main(["vault", "verify"]) == 0
    assert "全部记录都能打开。" in capsys.readouterr().out
    assert stat.S_IMODE(Path(settings.VAULT_FILE).stat().st_mode) == 0o600


def test_resealing_changes_data_keys_and_fingerprints_and_the_code_still_works(county):
    [one] = send(typed(county.lab)).context["sent"]
    before, marks = Informant.objects.get(), set(Fingerprint.objects.values_list("digest", flat=True))
    assert main(["vault", "rotate", "--reseal"]) == 0
    after = Informant.objects.get()
    assert bytes(after.ciphertext) != bytes(before.ciphertext)
    assert not marks & set(Fingerprint.objects.values_list("digest", flat=True))
    assert Client().post("/public/send/progress/", {"code": one.code}).status_code == 200


def test_a_rotation_that_was_cut_off_is_finished_with_the_key_it_had_begun(county, settings):
    sealed(county), sealed(county)
    path = Path(settings.VAULT_FILE)
    begun = keyfile.with_new_key(open_vault(), NOW)
    keyfile.write_vault(path, begun, replace=True)
    current, moved = rotation.rotate(now=NOW)
    assert (current, moved) == (begun.current, 2)
    assert rotation.standing().rows == {begun.current: 2}


def test_verify_names_what_does_not_open_and_what_lies_open(county, settings, capsys):
    send(typed(county.lab) | {"files": SimpleUploadedFile("a.pdf", PDF)})
    place_of(SealedFile.objects.get()).unlink()
    Informant.objects.update(ciphertext=b"x" * 40)
    assert main(["vault", "verify"]) == 1
    told = capsys.readouterr().out
    assert "附件的字节不在存储里。" in told and "举报人" in told and NAME not in told
    Path(settings.VAULT_FILE).chmod(0o644)
    assert main(["vault", "status"]) == 1 and "权限过宽：请执行 chmod 600" in capsys.readouterr().out


def test_a_vault_never_used_says_so(county, capsys):
    assert main(["vault", "status"]) == 0 and "保密库还没有用过" in capsys.readouterr().out


def test_the_same_person_is_found_without_opening_and_others_are_not(county):
    first = sealed(county)
    same = sealed(county, Identity(name="写法不同", phone="+86 139-1234-5678"))
    other = sealed(county, Identity(name=NAME, phone="13800000000"))
    nobody = sealed(county, Identity(anonymous=True))
    assert list(same_person(first)) == [same]
    assert list(same_person(other)) == [] and list(same_person(nobody)) == []
    assert PHONE not in str(list(Fingerprint.objects.values()))


def test_a_named_one_without_a_name_is_refused_and_a_matter_is_bound_once(county):
    with pytest.raises(Refused, match="实名举报、投诉请填写姓名；不愿意写姓名的，请选匿名。"):
        sealed(county, Identity(phone=PHONE))
    row = sealed(county)
    bind_subject(informant=row, thing=county.lab, number="甲")
    with pytest.raises(ValueError, match="bound already"):
        bind_subject(informant=row, thing=county.lab)


def test_an_informant_goes_with_the_matter_to_another_organ(county):
    row, organ = sealed(county), county.tree.other_county
    with pytest.raises(Refused, match="请写明移交的理由。"):
        hand_over(informant=row, organ=organ, actor=sender_of(organ), reason=" ", now=NOW)
    assert hand_over(informant=row, organ=organ, actor=sender_of(organ), reason="移送", now=NOW).organ == organ


def test_what_matters_hold_is_the_redacted_copy(county):
    kept = seal_text(informant=sealed(county), text=TEXT, purpose="tip", now=NOW)
    assert NAME not in kept.redacted and "没有做试验就出了报告 BG-2026-0815" in kept.redacted
    assert unseal_row(kept, open_vault()).decode() == TEXT


def test_sealed_columns_of_other_apps_are_rotated_and_verified_too(county):
    from hengjian.apps.informants.envelope import from_text
    from hengjian.apps.informants.rotation import _COLUMNS

    assert ("cases.party", "id_sealed") in _COLUMNS
    from hengjian.apps.cases.sealing import seal_id, unseal_id

    text = seal_id("990121199003071234", now=NOW)
    assert unseal_id(text) == "990121199003071234" and from_text(text)[0].key_id == open_vault().current
    with pytest.raises(Refused) as told:
        from_text("{")
    assert told.value.sentence == NOT_GENUINE
