"""The registry's tables: contract name, model, key columns; how a contract value becomes a field's value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any

from django.db import models
from django.utils import timezone

from hengjian.apps.registry import models as registry
from hengjian.kernel.errors import Refused

UNIT = "\x1f"
NOT_FROM_LEDGER = {"id", "row_key", "institution"}


@dataclass(frozen=True)
class RegistryTable:
    """One part table. `owner` says how a row finds its institution: by code, certificate or instrument number."""

    name: str
    label: str
    model: type[registry.Part]
    key: tuple[str, ...]
    owner: str = "institution_id"

    @cached_property
    def fields(self) -> dict[str, models.Field[Any, Any]]:
        """The ledger's columns that are kept, by name."""
        return {f.name: f for f in self.model._meta.concrete_fields if f.name not in NOT_FROM_LEDGER}

    def row_key(self, institution_pk: int, values: Mapping[str, Any]) -> str:
        """Digest of institution and key columns (32 hex digits)."""
        text = UNIT.join([str(institution_pk), *(key_text(values.get(name)) for name in self.key)])
        return blake2b(text.encode(), digest_size=16).hexdigest()


PARTS: dict[str, RegistryTable] = {
    table.name: table
    for table in (
        RegistryTable("sites", "场所", registry.Site, ("site_id",)),
        RegistryTable("certificates", "资质认定证书", registry.Certificate, ("certificate_no", "valid_from")),
        RegistryTable(
            "certificate_status",
            "证书状态记录",
            registry.CertificateStatus,
            ("certificate_no", "status", "from_on"),
            "certificate_no",
        ),
        RegistryTable(
            "scope",
            "能力附表",
            registry.ScopeItem,
            ("certificate_no", "site_id", "object", "item_code", "standard_no", "method_no", "approved_on"),
            "certificate_no",
        ),
        RegistryTable("people", "人员", registry.Person, ("person_id",)),
        RegistryTable("absences", "考勤缺勤", registry.Absence, ("person_id", "from_at", "to_at")),
        RegistryTable(
            "signatories",
            "授权签字人",
            registry.Signatory,
            ("person_id", "certificate_no", "field", "valid_from"),
            "certificate_no",
        ),
        RegistryTable("instruments", "仪器设备", registry.Instrument, ("instrument_id",)),
        RegistryTable(
            "calibrations",
            "检定校准",
            registry.Calibration,
            ("instrument_id", "calibrated_on", "valid_to", "parameter"),
            "instrument_id",
        ),
        RegistryTable(
            "declarations",
            "申报变更",
            registry.Declaration,
            ("kind", "subject_id", "changed_on", "declared_on"),
        ),
    )
}
TABLES = ("institutions", *PARTS)
BY_MODEL = {table.model._meta.model_name: table for table in PARTS.values()}


def key_text(value: Any) -> str:
    """A key column as text; moments in UTC, so that a stored and a handed-in moment agree."""
    if isinstance(value, datetime):
        return aware(value).astimezone(UTC).isoformat()
    return "" if value is None else str(value)


def aware(value: datetime) -> datetime:
    """The contract's times are Asia/Shanghai without zone."""
    return timezone.make_aware(value) if timezone.is_naive(value) else value


def field_value(field: models.Field[Any, Any], value: Any) -> Any:
    """The contract's value as the field keeps it; raises Refused when a text is longer than the field."""
    if isinstance(field, models.JSONField):
        parts = value.split("|") if isinstance(value, str) else list(value or [])
        return [part.strip() for part in parts if part and part.strip()]
    if isinstance(value, datetime):
        return aware(value) if isinstance(field, models.DateTimeField) else value.date()
    if isinstance(field, models.CharField):
        text = "" if value is None else str(value).strip()
        if field.max_length and len(text) > field.max_length:
            raise Refused(
                f"“{field.verbose_name}”有 {len(text)} 个字，最多 {field.max_length} 个字：{text[:20]}…",
                where={"column": str(field.verbose_name)},
            )
        return text
    return value
