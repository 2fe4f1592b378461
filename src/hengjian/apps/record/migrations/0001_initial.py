import hengjian.apps.record.migrating
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="ChainHead",
                    fields=[
                        ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                        ("sequence", models.BigIntegerField(default=0)),
                        ("hash", models.CharField(max_length=64)),
                    ],
                ),
                migrations.CreateModel(
                    name="DailyRoot",
                    fields=[
                        ("day", models.DateField(primary_key=True, serialize=False)),
                        ("first_sequence", models.BigIntegerField()),
                        ("last_sequence", models.BigIntegerField()),
                        ("root", models.CharField(max_length=64)),
                        ("sealed_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-day"],
                    },
                ),
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField(db_index=True)),
                        ("actor_id", models.CharField(db_index=True, max_length=40)),
                        ("actor_name", models.CharField(max_length=80)),
                        ("role", models.CharField(max_length=40)),
                        ("organ_path", models.CharField(db_index=True, max_length=200)),
                        ("verb", models.CharField(db_index=True, max_length=60)),
                        ("thing_kind", models.CharField(max_length=60)),
                        ("thing_id", models.CharField(max_length=80)),
                        ("thing_label", models.CharField(max_length=200)),
                        ("reason", models.TextField(blank=True)),
                        ("basis", models.CharField(blank=True, max_length=200)),
                        ("before", models.JSONField(default=dict)),
                        ("after", models.JSONField(default=dict)),
                        ("previous_hash", models.CharField(max_length=64)),
                        ("hash", models.CharField(max_length=64, unique=True)),
                    ],
                    options={
                        "ordering": ["sequence"],
                        "indexes": [models.Index(fields=["thing_kind", "thing_id"], name="event_thing")],
                    },
                ),
            ],
        ),
    ]
