"""A real PostgreSQL, started for the tests; skipped where Debian's is not installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text


def _programs() -> Path:
    """Find the folder of PostgreSQL's programs, or skip."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = versions[-1] if versions else shutil.which("initdb")
    if found is None:
        pytest.skip("no PostgreSQL: install Debian's package postgresql")
    return Path(found).resolve().parent


def _as_postgres() -> list[str]:
    """Give what runs a program as the user postgres: its server refuses to be root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root and runuser is not there")
    return ["runuser", "-u", "postgres", "--"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server that this test run started, without a database's name."""
    programs, prefix = _programs(), _as_postgres()
    folder = Path(tempfile.mkdtemp(prefix="modiste-postgres-"))
    if prefix:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    run = {"cwd": folder, "check": True, "capture_output": True}
    initdb = [*prefix, str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "modiste"]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    control = [*prefix, str(programs / "pg_ctl"), "-D", str(data), "-w"]
    try:
        subprocess.run([*initdb, "--no-sync"], **run)  # type: ignore[call-overload]
        start = [*control, "-l", str(folder / "log"), "-o", options, "start"]
        subprocess.run(start, **(run | {"capture_output": False}))  # type: ignore[call-overload]
        yield f"postgresql://modiste@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_postgres(postgres: str) -> str:
    """The URL of an empty database in PostgreSQL."""
    name = f"test_{uuid4().hex[:12]}"
    driver = postgres.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(f"{driver}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{postgres}/{name}"
