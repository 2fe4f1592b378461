"""The facts a form starts with when it is typed by hand: from the document itself, or from the record of its thing."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from hengjian.apps.documents.access import access_of, kind_of
from hengjian.apps.documents.filling import Filled, known
from hengjian.apps.documents.models import Document
from hengjian.law.paper import Form


def known_facts(definition: Form, *, document: Document | None, thing: Any) -> Filled:
    """What is known of the form's facts; a document's own facts where one is given."""
    if document is not None:
        facts: Filled = json.loads(document.context)
        return facts
    context = access_of(kind_of(thing)).context(thing, definition.id, timezone.localdate())
    return known(definition, context)
