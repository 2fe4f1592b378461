"""The one place where a DuckDB connection is opened."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import duckdb

DEFAULT_MEMORY_MB = 512
LEAST_MB, MOST_MB = 2048, 6144
TIME_ZONE = "SET TimeZone = 'Asia/Shanghai'"
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


def open_connection(
    *, temp_directory: Path, threads: int | None = None, memory_mb: int = DEFAULT_MEMORY_MB
) -> duckdb.DuckDBPyConnection:
    """Open an in-memory connection that spills to `temp_directory` (made if absent) and never downloads anything.

    `memory_mb` bounds DuckDB's own buffers, not the process. `threads` defaults to the machine's cores.
    The connection belongs to workers and commands, never to a web request; the caller closes it.
    """
    temp_directory.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": threads or os.cpu_count() or 2,
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(temp_directory),
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute(TIME_ZONE)
    return connection


def cursor_of(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Another connection to the same tables, for another thread; the caller closes it before the first."""
    other = connection.cursor()
    other.execute(TIME_ZONE)
    return other


def half_of_memory_mb() -> int:
    """Half of what the machine or its container has, from 2 to 6 GB: a screening of the whole is then within 8 GB."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # no container, or one without a limit
        whole = min(whole, int(CONTAINER_LIMIT.read_text()))
    return max(LEAST_MB, min(MOST_MB, whole // 2**21))
