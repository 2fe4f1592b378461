"""`{% load sharing %}{% share_link alert %}`: the way to share one matter, where this person may."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model
from django.template.context import Context
from django.utils import timezone

from hengjian.apps.accounts.rights import may
from hengjian.apps.accounts.sharing import is_offered

register = template.Library()


@register.inclusion_tag("accounts/share_link.html", takes_context=True)
def share_link(context: Context, thing: Model) -> dict[str, Any]:
    """A quiet button, or nothing where sharing is not this person's to do."""
    user = context["request"].user
    kind = thing._meta.label_lower
    allowed = is_offered(kind) and may(user, "matter.share", thing, on=timezone.localdate()) is not None
    return {"kind": kind, "pk": thing.pk, "allowed": allowed}
