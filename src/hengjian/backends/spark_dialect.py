"""Turns detector SQL into Spark SQL: sqlglot for the grammar, the portable functions and unequal habits here."""

from __future__ import annotations

from dataclasses import dataclass

import sqlglot
from sqlglot import exp, transforms
from sqlglot.dialects.spark import Spark

SPARK = {
    "hj_epoch": "(CAST(UNIX_MICROS(CAST({0} AS TIMESTAMP_LTZ)) AS DOUBLE) / 1e6)",
    "hj_fingerprint": "CAST(CONV(SUBSTR(MD5({0}), 1, 15), 16, 10) AS BIGINT)",
    "hj_swapped": (
        "(LENGTH({0}) = LENGTH({1}) AND LENGTH({0}) >= 2 AND {0} <> {1} AND EXISTS(SEQUENCE(1, LENGTH({0}) - 1), at -> "
        "CONCAT(SUBSTR({0}, 1, at - 1), SUBSTR({0}, at + 1, 1), SUBSTR({0}, at, 1), SUBSTR({0}, at + 2)) = {1}))"
    ),
    "hj_near": "(LEVENSHTEIN({0}, {1}) = 1 OR hj_swapped({0}, {1}))",
    "hj_days": "({0} + MAKE_DT_INTERVAL(CAST({1} AS INT)))",
    "hj_hex": "LOWER(HEX(CAST({0} AS BIGINT)))",
}
"""The functions of `engines.screening.dialect` as expressions over their arguments: no code runs outside the JVM."""

PLAIN_QUOTIENT = "(CAST({0} AS DOUBLE) / {1})"
QUOTIENT = "CASE WHEN {1} = 0 THEN CAST({0} AS DOUBLE) * CAST('Infinity' AS DOUBLE) ELSE CAST({0} AS DOUBLE) / {1} END"
"""Division as DuckDB does it: always floating point, infinite (or not a number) by zero."""


class SparkWithQualify(Spark):
    """Spark SQL as Spark itself reads it: QUALIFY stays, sqlglot's rewriting of it would add a column to `*`."""

    class Generator(Spark.Generator):
        TRANSFORMS = Spark.Generator.TRANSFORMS | {
            exp.Select: transforms.preprocess([transforms.eliminate_distinct_on, transforms.unnest_to_explode]),
            exp.Log: lambda self, node: _logarithm(self, node),
            exp.UnixToTime: lambda self, node: (
                f"CAST({Spark.Generator.TRANSFORMS[exp.UnixToTime](self, node)} AS TIMESTAMP_NTZ)"
            ),
            exp.PercentileDisc: lambda self, node: (
                f"PERCENTILE_DISC({self.sql(node, 'expression')}) WITHIN GROUP (ORDER BY {self.sql(node, 'this')})"
            ),
        }


@dataclass(frozen=True, kw_only=True)
class Query:
    """Spark SQL without its outermost order; `order` is that order over the query's own columns, else empty."""

    sql: str
    order: str
    tables: tuple[str, ...]


def translate(sql: str) -> Query:
    """Spark SQL of portable SQL. sqlglot.errors.ParseError where it is not SQL."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    tables = tuple(table.name for table in tree.find_all(exp.Table))
    order = tree.args.get("order") if isinstance(tree, exp.Query) else None
    if order is not None and not _shows(tree, order):
        order = None  # by a column that is not shown: sorted rows stay sorted where the workers keep them
    if order is not None:
        tree.set("order", None)
        for column in order.find_all(exp.Column):
            column.set("table", None)
    return Query(
        sql=_text(tree),
        order=_text(order).strip() if order is not None else "",
        tables=tables,
    )


def _shows(tree: exp.Query, order: exp.Order) -> bool:
    """Whether the result has the columns it is ordered by."""
    if any(isinstance(one, exp.Star) or isinstance(one.this, exp.Star) for one in tree.selects):
        return True
    return {column.name for column in order.find_all(exp.Column)} <= set(tree.named_selects)


def _text(tree: exp.Expression) -> str:
    return _spark(tree).sql(dialect=SparkWithQualify)


def _spark(tree: exp.Expression) -> exp.Expression:
    return tree.transform(_one, copy=False)


def _one(node: exp.Expression) -> exp.Expression:
    node = _portable(node)
    if isinstance(node, exp.Div):
        template = PLAIN_QUOTIENT if _harmless(node.expression) else QUOTIENT
        return exp.paren(_filled(template, [node.this, node.expression]), copy=False)
    return node


def _portable(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Anonymous) and node.name.lower() in SPARK:
        return _filled(SPARK[node.name.lower()], node.expressions)
    return node


def _harmless(divisor: exp.Expression) -> bool:
    """A literal that is not zero needs no case."""
    return isinstance(divisor, exp.Literal) and divisor.is_number and float(divisor.this) != 0


def _filled(template: str, arguments: list[exp.Expression]) -> exp.Expression:
    texts = [f"({_text(argument.copy())})" for argument in arguments]
    filled = sqlglot.parse_one(template.format(*texts), read="spark")
    return filled.transform(_portable) if "hj_swapped(" in template else filled


def _logarithm(generator: Spark.Generator, node: exp.Log) -> str:
    """`LOG2` and `LOG10` are exact at powers of their base, `LOG(2, x)` is not."""
    if node.expression is not None and node.this.is_number and node.this.this in ("2", "10"):
        return f"LOG{node.this.this}({generator.sql(node, 'expression')})"
    return f"LOG({generator.expressions(expressions=[one for one in (node.this, node.expression) if one], flat=True)})"
