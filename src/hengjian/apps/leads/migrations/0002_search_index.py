"""The databases' own full-text index over the words of leads: a GIN index in PostgreSQL, FTS5 in SQLite."""

from __future__ import annotations

from django.db import migrations

POSTGRESQL = [
    """ALTER TABLE leads_leadwords ADD COLUMN tsv tsvector
       GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED""",
    "CREATE INDEX leads_leadwords_tsv ON leads_leadwords USING gin (tsv) WITH (gin_pending_list_limit = 1024)",
]
POSTGRESQL_BACK = ["ALTER TABLE leads_leadwords DROP COLUMN tsv"]
SQLITE = [
    """CREATE VIRTUAL TABLE leads_leadwords_fts USING fts5(
       words, content='leads_leadwords', content_rowid='lead_id', detail='none', columnsize=0)""",
    """CREATE TRIGGER leads_leadwords_ai AFTER INSERT ON leads_leadwords BEGIN
       INSERT INTO leads_leadwords_fts(rowid, words) VALUES (new.lead_id, new.words); END""",
    """CREATE TRIGGER leads_leadwords_ad AFTER DELETE ON leads_leadwords BEGIN
       INSERT INTO leads_leadwords_fts(leads_leadwords_fts, rowid, words) VALUES ('delete', old.lead_id, old.words);
       END""",
    """CREATE TRIGGER leads_leadwords_au AFTER UPDATE ON leads_leadwords BEGIN
       INSERT INTO leads_leadwords_fts(leads_leadwords_fts, rowid, words) VALUES ('delete', old.lead_id, old.words);
       INSERT INTO leads_leadwords_fts(rowid, words) VALUES (new.lead_id, new.words); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER leads_leadwords_ai",
    "DROP TRIGGER leads_leadwords_ad",
    "DROP TRIGGER leads_leadwords_au",
    "DROP TABLE leads_leadwords_fts",
]


def build(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    statements = POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [migrations.RunPython(build, remove)]
