"""The database itself refuses to change or delete an event; the chain's head row exists from the start."""

from __future__ import annotations

from typing import Any

from django.db import migrations

SENTENCE = "events are append-only"

SQLITE = [
    f"CREATE TRIGGER record_event_no_update BEFORE UPDATE ON record_event BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END",
    f"CREATE TRIGGER record_event_no_delete BEFORE DELETE ON record_event BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END",
]
POSTGRESQL = [
    "CREATE FUNCTION record_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$",
    "CREATE TRIGGER record_event_no_change BEFORE UPDATE OR DELETE ON record_event "
    "FOR EACH ROW EXECUTE FUNCTION record_event_refuse()",
    "CREATE TRIGGER record_event_no_truncate BEFORE TRUNCATE ON record_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION record_event_refuse()",
]


def add_triggers(apps: Any, schema_editor: Any) -> None:
    """Install the triggers of this database."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def add_head(apps: Any, schema_editor: Any) -> None:
    """Write the head row, so that two first writers meet on it."""
    apps.get_model("record", "ChainHead").objects.get_or_create(pk=1, defaults={"sequence": 0, "hash": "0" * 64})


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [
        migrations.RunPython(add_triggers, migrations.RunPython.noop),
        migrations.RunPython(add_head, migrations.RunPython.noop),
    ]
