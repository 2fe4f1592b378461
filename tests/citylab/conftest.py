"""Small datasets of the generator, made once."""

from datetime import date

import duckdb
import pytest

from hengjian.citylab import slips
from hengjian.citylab.dataset import write_dataset

UNTIL = date(2026, 10, 31)


def write(folder, *, reports=4000, seed=7, fraud_share=0.0, stealth="L1"):
    return write_dataset(
        folder=folder, reports=reports, seed=seed, fraud_share=fraud_share, stealth=stealth, until=UNTIL
    )


class Tables:
    """A dataset folder with each table as a view."""

    def __init__(self, folder):
        self.folder = folder
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 2")
        for path in sorted(folder.glob("*.parquet")):
            self.connection.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM '{path}'")

    def rows(self, sql):
        return self.connection.execute(sql).fetchall()

    def count(self, sql):
        return self.rows(f"SELECT count(*) FROM ({sql})")[0][0]


@pytest.fixture(scope="session")
def honest(tmp_path_factory):
    """Nobody cheats and nobody mistypes."""
    folder = tmp_path_factory.mktemp("honest")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slips, "SHARE", 0.0)
        write(folder, reports=9000)
    return Tables(folder)


@pytest.fixture(scope="session")
def slipped(tmp_path_factory):
    """Nobody cheats; people mistype now and then."""
    folder = tmp_path_factory.mktemp("slipped")
    write(folder, reports=9000)
    return Tables(folder)


@pytest.fixture(scope="session", params=("L1", "L2", "L3"))
def cheating(request, tmp_path_factory):
    """Four institutions of ten cheat, at each level of stealth."""
    folder = tmp_path_factory.mktemp("cheating")
    write(folder, reports=9000, fraud_share=0.4, stealth=request.param)
    tables = Tables(folder)
    tables.stealth = request.param
    return tables
