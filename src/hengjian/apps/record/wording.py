"""Chinese words for what the record keeps in code: verbs, roles, kinds and fields.

The apps above know their words and register them in `AppConfig.ready()`; the record knows nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from hengjian.apps.record.models import Event
from hengjian.kernel.transitions import Procedure

_VERBS: dict[str, str] = {}
_ROLES: dict[str, str] = {"system": "系统"}
_VALUE_MAX = 160


def name_verbs(verbs: Mapping[str, str]) -> None:
    """Register the labels of an app's verbs: `{"organ.create": "设立机关"}`."""
    _VERBS.update(verbs)


def name_procedure(procedure: Procedure) -> None:
    """Register the labels of all moves of a procedure, under the verbs that `perform` writes."""
    name_verbs({f"{procedure.name}.{move.action}": move.label for move in procedure.moves})


def name_roles(roles: Mapping[str, str]) -> None:
    """Register the labels of roles."""
    _ROLES.update(roles)


def known_verbs() -> dict[str, str]:
    """All registered verbs with their labels."""
    return dict(_VERBS)


def verb_label(verb: str) -> str:
    """The label, or the code itself where no app has named it."""
    return _VERBS.get(verb, verb)


def role_label(role: str) -> str:
    """The label of the role under which somebody acted."""
    return _ROLES.get(role, role)


def kind_label(kind: str) -> str:
    """The Chinese name of a kind of thing; the code where the model is no longer there or has no Chinese name."""
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError):
        return kind
    return str(model._meta.verbose_name)


def field_label(kind: str, name: str) -> str:
    """The Chinese name of a field of that kind, or the code."""
    if name == "facts":
        return "办理事项"
    try:
        field = apps.get_model(kind)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return name
    return str(getattr(field, "verbose_name", name))


def value_text(kind: str, name: str, value: Any) -> str:
    """A value as people read it: choices by their label, lists joined, nothing as a dash."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        text = "、".join(str(one) for one in value)
    elif isinstance(value, dict):
        text = "；".join(f"{key}：{one}" for key, one in value.items())
    else:
        text = _choice(kind, name, value)
    return text if len(text) <= _VALUE_MAX else f"{text[:_VALUE_MAX]}…"


def _choice(kind: str, name: str, value: Any) -> str:
    try:
        field = apps.get_model(kind)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return str(value)
    choices = dict(getattr(field, "flatchoices", ()) or ())
    return str(choices.get(value, value))


def changes_of(event: Event) -> list[tuple[str, str, str]]:
    """What the event changed: (field, before, after), in words; keys and paths of the database are left out."""
    kind = event.thing_kind
    names = [name for name in {**event.before, **event.after} if name not in {"id", "path"}]
    return [
        (
            field_label(kind, name),
            value_text(kind, name, event.before.get(name)),
            value_text(kind, name, event.after.get(name)),
        )
        for name in names
        if event.before.get(name) not in (None, "", [], {}) or event.after.get(name) not in (None, "", [], {})
    ]
