"""In: a scratch folder. Out: a database in memory that sorts on disk where it must; its rows and its faults."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import StoreError
from pipeline.store.folder import DISK_FAULTS

MEMORY = 256
"""Megabytes that sorting may take before it goes to disk."""
MEMORY_A_CLAIM = 0.0025
"""Megabytes for each claim where they are many: parts of all sorted runs are in memory while they are merged."""
THREADS = 4
"""Sorting takes memory for each thread; more do not make it faster, because the rows are fetched by one."""
FETCHED = 1_000
"""Rows that are in memory as records at a time."""


def database(scratch: Path) -> duckdb.DuckDBPyConnection:
    """Return an empty database, which may write into the folder `scratch`."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{MEMORY}MB",
        "threads": _threads(),
        "temp_directory": str(scratch),
    }
    return duckdb.connect(config=config)


def make_room(connection: duckdb.DuckDBPyConnection, n_claims: int) -> None:
    """Allow the memory that so many claims need to be sorted."""
    connection.execute(f"SET memory_limit = '{max(MEMORY, round(n_claims * MEMORY_A_CLAIM))}MB'")


@contextlib.contextmanager
def one_thread(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Do what is many small tasks by one thread: several wait for each other longer than they work."""
    connection.execute("SET threads = 1")
    try:
        yield
    finally:
        connection.execute(f"SET threads = {_threads()}")


def fetched(connection: duckdb.DuckDBPyConnection, query: str, given: object = None) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query; `given` are the values of its parameters. Raises `OSError` and `StoreError`."""
    with disk_faults():
        connection.execute(query, given)
    while True:
        with disk_faults():
            rows = connection.fetchmany(FETCHED)
        if not rows:
            return
        yield from rows


@contextlib.contextmanager
def disk_faults() -> Iterator[None]:
    """Sorting that finds no room fails as writing a file does, with an `OSError`; other faults are a `StoreError`.

    A Ctrl-C, which the database calls a `RuntimeError`, stays one.
    """
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):  # a fault of ours
        raise
    except RuntimeError as error:
        if "interrupted" in str(error):
            raise KeyboardInterrupt from error
        raise
    except duckdb.Error as error:  # a damaged file raises whatever its reader met in it
        reason = " ".join(str(error).split())
        full = next((number for number in sorted(DISK_FAULTS) if os.strerror(number) in reason), 0)
        if isinstance(error, duckdb.OutOfMemoryException):
            full = full or errno.ENOSPC
        if full:
            raise OSError(full, os.strerror(full)) from error
        raise StoreError(
            f"What was read cannot be read back ({reason[:200]}); check the disk and run again, or into a new folder."
        ) from error


def _threads() -> int:
    return min(THREADS, os.cpu_count() or 1)
