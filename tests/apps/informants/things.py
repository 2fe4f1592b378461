"""One tip with its channel, a file and a request to open it, for tests that walk every URL."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, Role, User
from hengjian.apps.informants.channel import open_channel, sender_of
from hengjian.apps.informants.files import keep_files
from hengjian.apps.informants.identity import Identity
from hengjian.apps.informants.openings import request_opening
from hengjian.apps.informants.services import seal
from hengjian.apps.registry.models import Institution
from hengjian.apps.tips.services import Reported, receive_tip
from tests.apps.factories import NOW, TODAY, make_user
from tests.apps.informants.samples import PDF


def informant_things(organ: Organ, lab: Institution, owner: User) -> dict[str, Any]:
    """What the parts of the informants' addresses may be."""
    actor = sender_of(organ)
    informant = seal(identity=Identity(anonymous=True), organ=organ, actor=actor, now=NOW)
    open_channel(informant=informant, now=NOW)
    receive_tip(
        organ=organ,
        text="没有做试验就出具了报告，编号在附件里。",
        about=Reported(respondent_name=lab.name, institution=lab),
        channel="portal",
        actor=actor,
        now=NOW,
        today=TODAY,
        informant=informant,
    )
    [file] = keep_files(informant=informant, files=[SimpleUploadedFile("a.pdf", PDF)], now=NOW)
    officer = make_user(organ, Role.OFFICER)
    asked = request_opening(
        number=informant.number, scope="text", reason="须核对原文里的报告编号", user=officer, now=timezone.now()
    )
    return {
        "informant": informant.number,
        "informant_file": str(file.ordinal),
        "opening": asked.number,
        "opening_action": "approve",
    }
