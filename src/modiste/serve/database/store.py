"""A database, opened: SQLite with every commit on disk before it is acknowledged, or PostgreSQL."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, create_engine, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import Table

from modiste.errors import ArtifactError, InputError, MissingExtraError, ModisteError
from modiste.serve.database.tables import LAYOUT, metadata, settings

_WAIT_SECONDS = 10
_LOCK = 0x6D6F6469
"""Number of the lock in PostgreSQL under which writers are together or one is alone."""


class DatabaseAwayError(ModisteError):
    """The database does not answer now: it is locked, full, or gone."""


@dataclass(frozen=True, eq=False)
class Question:
    """A select whose parameters have names (`bindparam`), written once."""

    statement: Select[Any]


class Database:
    """Connections to one database; used from several threads, and by several processes at once."""

    def __init__(self, url: str) -> None:
        """Open a database and make its tables where they are not there yet.

        Args:
            url: `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME`.

        Raises:
            InputError: If the URL cannot be used or the database cannot be reached.
            ArtifactError: If its tables are of another layout.
        """
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url)
        self._compiled: dict[Question, SQLCompiler] = {}
        try:
            self._make_tables()
        except ArtifactError:
            self.engine.dispose()
            raise
        except (SQLAlchemyError, DatabaseAwayError) as error:
            self.engine.dispose()
            shown = self.url.render_as_string(hide_password=True)
            raise InputError(
                f"--database {shown}: cannot be used ({_words(error)}): check that it can be "
                "reached and written"
            ) from None

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with."""
        with self._reached(), self.engine.connect() as connection:
            yield connection

    def ask(self, question: Question, **values: object) -> list[Any]:
        """Answer a question that every request asks: its text is made once, not each time.

        Returns:
            Rows as plain tuples, newest transaction's state.
        """
        return self.ask_all((question, values))[0]

    def ask_all(self, *asked: tuple[Question, Mapping[str, object]]) -> list[list[Any]]:
        """Answer several questions over one connection, each as `ask` does."""
        ready = [self._ready(question, values) for question, values in asked]
        found = []
        with self._reached(), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            for text, given in ready:
                cursor.execute(text, given)
                found.append(list(cursor.fetchall()))
            cursor.close()
        return found

    def _ready(self, question: Question, values: Mapping[str, object]) -> tuple[str, Any]:
        compiled = self._compiled.get(question)
        if compiled is None:
            made = question.statement.compile(dialect=self.engine.dialect)
            assert isinstance(made, SQLCompiler)
            compiled = made
            self._compiled[question] = compiled
        given: Any = compiled.construct_params(dict(values))
        if compiled.positional:
            given = [given[name] for name in compiled.positiontup or ()]
        return compiled.string, given

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """Give a connection whose changes are all on disk when the block is left, or none.

        Args:
            alone: Whether nobody else may write meanwhile; SQLite knows no other way.
        """
        with self._reached(), self.engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with connection.begin():
                if not self.is_sqlite:
                    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
                    connection.exec_driver_sql(f"SELECT {lock}({_LOCK})")
                yield connection

    def sweep(self) -> None:
        """Empty SQLite's log of changes, which still holds what was deleted."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                raw = connection.connection.cursor()
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def insert_new(self, table: Table) -> Any:
        """Give an insert that passes over rows whose primary key is there."""
        dialect = sqlite if self.is_sqlite else postgresql
        return dialect.insert(table).on_conflict_do_nothing()

    def hash_user(self, user_id: str) -> str:
        """Give what stands for a deleted user: a hash keyed with a salt of this database."""
        return hmac.new(self._salt, user_id.encode(), sha256).hexdigest()

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Tell apart what a database refuses for now from what is wrong with a question.

        Raises:
            DatabaseAwayError: If it does not answer now; nothing was changed.
        """
        driver: Any = self.engine.dialect.loaded_dbapi
        away = (OperationalError, InterfaceError, PoolTimeoutError)
        try:
            yield
        except (*away, driver.OperationalError, driver.InterfaceError) as error:
            raise DatabaseAwayError(f"the database does not answer ({_words(error)})") from error

    @cached_property
    def _salt(self) -> bytes:
        with self.reading() as connection:
            chosen = select(settings.c.value).where(settings.c.name == "salt")
            return bytes.fromhex(connection.execute(chosen).scalar_one())

    def _make_tables(self) -> None:
        with self.writing(alone=True) as connection:
            metadata.create_all(connection)
            first = [
                {"name": "layout", "value": LAYOUT},
                {"name": "salt", "value": secrets.token_hex(32)},
            ]
            connection.execute(self.insert_new(settings), first)
            chosen = select(settings.c.value).where(settings.c.name == "layout")
            found = connection.execute(chosen).scalar_one()
        if found != LAYOUT:
            shown = self.url.render_as_string(hide_password=True)
            raise ArtifactError(
                f"{shown} has tables of layout {found}, this modiste knows {LAYOUT}: "
                "use the version that made them"
            )


def now() -> int:
    """Give this moment in microseconds since 1970."""
    return time.time_ns() // 1000


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise InputError(f"--database: no URL: {_EXPECTED}") from None
    name = url.get_backend_name()
    if name == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise InputError(f"--database {text}: keeps nothing: {_EXPECTED}")
        return url.set(drivername="sqlite+pysqlite")
    if name in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise InputError(f"--database: {name} is not known: {_EXPECTED}")


_EXPECTED = "give sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        assert url.database is not None
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"--database {url.database}: its folder cannot be made ({error.strerror}): "
                "choose another"
            ) from None
        engine = create_engine(url, pool_size=8, max_overflow=40)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, pool_size=8, max_overflow=24, pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError):
        raise MissingExtraError("psycopg", extra="postgres") from None


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set what holds for one connection: readers beside a writer, every commit flushed to disk."""
    connection.isolation_level = None  # SQLAlchemy's begin is the only one
    for pragma in (
        f"busy_timeout={_WAIT_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",  # what is deleted is overwritten with zeros
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the lock of writing at once: a lock that is asked for later can be refused.

    Whoever reads asks one question, which is a transaction by itself.
    """
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _words(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error.__cause__ or error
    return " ".join(str(cause).split())[:200]
