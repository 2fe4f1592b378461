"""Injected fraud."""
from hengjian.citylab.shard import Shard


def commit_frauds(shard: Shard) -> None:
    """placeholder until kinds exist."""
