"""Field packs as tables: what screening must know of methods and words, handed in from the dated law data.

A detector names the pack tables it reads in `packs`; the backend makes them beside the contract's tables. Every row
holds from `valid_from` to `valid_to` (null: still in force), both days included. An empty pack table skips its
detectors.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

_PERIOD = (("valid_from", pa.date32()), ("valid_to", pa.date32()))
_TEXT, _NUMBER, _WHOLE, _FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()

PACK_TABLES: Mapping[str, pa.Schema] = {
    "pack_vehicle_methods": pa.schema(
        [
            ("method", _TEXT),
            ("title", _TEXT),
            ("standard_no", _TEXT),
            ("fuel", _TEXT),
            ("loaded", _FLAG),
            ("steady", _FLAG),
            ("min_test_s", _WHOLE),
            ("cycle_s", _WHOLE),
            ("cycle_km", _NUMBER),
            ("cycle_km_tolerance", _NUMBER),
            ("co_co2_min", _NUMBER),
            ("min_power_percent", _NUMBER),
            ("min_readings", _WHOLE),
            *_PERIOD,
        ]
    ),
    "pack_cycle_plateaus": pa.schema(
        [
            ("method", _TEXT),
            ("from_s", _WHOLE),
            ("to_s", _WHOLE),
            ("speed_kmh", _NUMBER),
            ("tolerance_kmh", _NUMBER),
            ("allowed_s", _WHOLE),
            *_PERIOD,
        ]
    ),
    "pack_vehicle_fuels": pa.schema([("word", _TEXT), ("fuel", _TEXT), ("full_sum", _NUMBER), *_PERIOD]),
    "pack_vehicle_tolerances": pa.schema([("id", _TEXT), ("percent", _NUMBER), ("absolute", _NUMBER), *_PERIOD]),
    "pack_obd_blanks": pa.schema([("text", _TEXT), *_PERIOD]),
    "pack_selling_terms": pa.schema([("id", _TEXT), ("kind", _TEXT), ("term", _TEXT), ("weight", _WHOLE), *_PERIOD]),
    "pack_ordinary_subjects": pa.schema([("word", _TEXT), *_PERIOD]),
    "pack_relations": pa.schema(
        [
            ("id", _TEXT),
            ("kind", _TEXT),
            ("title", _TEXT),
            ("low", _NUMBER),
            ("high", _NUMBER),
            ("total", _NUMBER),
            ("tolerance", _NUMBER),
            *_PERIOD,
        ]
    ),
    "pack_relation_words": pa.schema([("relation", _TEXT), ("role", _TEXT), ("item", _TEXT), ("word", _TEXT)]),
    "pack_method_rules": pa.schema(
        [
            ("id", _TEXT),
            ("quantity", _TEXT),
            ("value", _NUMBER),
            ("unit", _TEXT),
            ("standard_no", _TEXT),
            ("certainty", _TEXT),
            *_PERIOD,
        ]
    ),
}
"""Pack table → columns."""
