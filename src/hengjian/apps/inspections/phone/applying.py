"""Each kind of entry handed to the service that writes it; the services ask right, state, version and content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections import services
from hengjian.apps.inspections.codes import read_token
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.phone.models import PhoneEntry
from hengjian.apps.inspections.phone.parsing import Sent, day_in, flag_in, number_in, text_in
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class Context:
    """For whom and when an entry is written. `adopter` is the chief where the author has no right any more."""

    task: Inspection
    user: User
    on: date
    now: datetime
    file: Any = None
    adopter: Actor | None = None

    def stamps(self, sent: Sent) -> dict[str, Any]:
        """What every service takes from a phone."""
        common = {"inspection": self.task, "user": self.user, "on": self.on, "now": self.now, "client_id": sent.uuid}
        return common | {"made_at": sent.made_at, "sent_at": sent.sent_at}

    def adoptable(self, sent: Sent) -> dict[str, Any]:
        """The same for services that a chief may have written in the author's name."""
        return self.stamps(sent) | {"adopter": self.adopter}


Writer = Callable[[Sent, Context], models.Model]


def _enter(sent: Sent, context: Context) -> models.Model:
    said = sent.payload
    method, code = text_in(said, "method"), text_in(said, "code").strip()
    token = _token_of(code)
    if method != "typed" and not token:
        method = "typed"
    if token:
        read_token(token)  # a forged code is told whatever the phone made of it
    elif code.upper() not in (context.task.number.upper(), context.task.institution.uscc):
        raise Refused(f"“{code[:40]}”不是本次检查的机构代码或者检查编号，没有登记入企。", where={"field": "code"})
    found: models.Model = services.enter(
        **context.stamps(sent),
        officer=_colleague(sent, context),
        method=method,
        token=token,
        lat=number_in(said, "lat"),
        lon=number_in(said, "lon"),
        accuracy_m=number_in(said, "accuracy_m"),
        note=text_in(said, "note"),
    )
    return found


def _colleague(sent: Sent, context: Context) -> User | None:
    """The other officer, where one registers for both."""
    wanted = number_in(sent.payload, "officer")
    return next((one for one in (context.task.lead, context.task.member) if one.pk == wanted), None)


def _token_of(code: str) -> str:
    """The signed token in a scanned address, empty for a code that was typed."""
    for part in reversed(code.partition("?")[0].rstrip("/").split("/")):
        if part[:2] in ("i.", "t.") and "~" in part:
            return part
    return ""


def _begin(sent: Sent, context: Context) -> models.Model:
    said = sent.payload
    found: models.Model = services.start_check(
        **context.stamps(sent),
        cards_shown=flag_in(said, "cards_shown"),
        recusal_asked=flag_in(said, "recusal_asked"),
        recusal_answer=text_in(said, "recusal_answer"),
        present_name=text_in(said, "present_name"),
        present_role=text_in(said, "present_role"),
    )
    return found


def _answer(sent: Sent, context: Context) -> models.Model:
    said = sent.payload
    found: models.Model = services.answer_item(
        **context.adoptable(sent),
        item_id=text_in(said, "item_id"),
        answer=text_in(said, "answer"),
        note=text_in(said, "note"),
        seen_version=sent.base_version,
    )
    return found


def _finding(sent: Sent, context: Context) -> models.Model:
    said = sent.payload
    conduct_on = day_in(said, "conduct_on", "行为日")
    if conduct_on is None:
        raise Refused("请填行为发生日，条款按这一天的法律取。", where={"field": "conduct_on"})
    found: models.Model = services.add_finding(
        **context.adoptable(sent),
        text=text_in(said, "text"),
        conduct_on=conduct_on,
        item_id=text_in(said, "item_id"),
        violation_id=text_in(said, "violation_id"),
        report_id=text_in(said, "report_id"),
        effect=text_in(said, "effect"),
        severity=text_in(said, "severity"),
        handling=text_in(said, "handling"),
        limit_on=day_in(said, "limit_on", "改正期限"),
    )
    return found


def _photo(sent: Sent, context: Context) -> models.Model:
    said, file = sent.payload, context.file
    if file is None:
        raise Refused("照片的内容没有一起传到，没有收下；照片仍在手机上，请重传。", where={"field": "file"})
    found: models.Model = services.attach(
        **context.adoptable(sent),
        kind=text_in(said, "kind") or "photo",
        file_name=text_in(said, "file_name"),
        chunks=file.chunks(),
        declared_size=file.size,
        sha256=text_in(said, "sha256"),
        caption=text_in(said, "caption"),
        item_id=text_in(said, "item_id"),
    )
    return found


def _statement(sent: Sent, context: Context) -> models.Model:
    said = sent.payload
    site = getattr(context.task, "on_site", None)
    # somebody with a paper record in hand ends a refusal: what is not told here stays as it was
    kept = {name: getattr(site, name, "") for name in ("signing", "refusal_reason", "witness_name", "witness_role")}
    told = {name: text_in(said, name) if name in said else value for name, value in kept.items()}
    found: models.Model = services.record_statement(
        **context.adoptable(sent),
        **told,
        facts_found=text_in(said, "facts_found"),
        statement=text_in(said, "statement"),
        seen_version=_seen(sent, context),
    )
    return found


def _seen(sent: Sent, context: Context) -> int | None:
    """The version to compare with; None when what stands now is this author's own latest writing from a phone."""
    site = getattr(context.task, "on_site", None)
    if site is None or sent.base_version is None:
        return None
    written = PhoneEntry.objects.filter(inspection=context.task, kind="statement", made_version=site.version)
    last = written.order_by("-pk").first()
    return None if last is not None and last.author_id == context.user.pk else sent.base_version


def _close(sent: Sent, context: Context) -> models.Model:
    found: models.Model = services.finish_visit(**context.stamps(sent))
    return found


def _sample(sent: Sent, context: Context) -> models.Model:
    size = number_in(sent.payload, "size")
    found: models.Model = services.sample_reports(**context.stamps(sent), size=None if size is None else int(size))
    return found


def _trace(sent: Sent, context: Context) -> models.Model:
    said = sent.payload
    found: models.Model = services.trace_report(
        **context.adoptable(sent),
        report_id=text_in(said, "report_id"),
        step=text_in(said, "step"),
        answer=text_in(said, "answer"),
        note=text_in(said, "note"),
    )
    return found


WRITERS: dict[str, Writer] = {
    "enter": _enter,
    "begin": _begin,
    "answer": _answer,
    "finding": _finding,
    "photo": _photo,
    "statement": _statement,
    "close": _close,
    "sample": _sample,
    "trace": _trace,
}
ADOPTABLE = ("answer", "finding", "photo", "statement", "trace")
"""What a chief may have written; steps of the procedure belong to the officers on site alone."""


def apply_entry(sent: Sent, context: Context) -> models.Model:
    """Write one entry; raises what the service raises."""
    return WRITERS[sent.kind](sent, context)


def subject_of(sent: Sent) -> str:
    """What the entry is about: the item, the report's step, or its kind."""
    said = sent.payload
    parts = [said.get(name) for name in ("item_id", "report_id", "step", "conflict")]
    return "/".join(part for part in parts if isinstance(part, str) and part)[:80]
