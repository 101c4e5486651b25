"""Published features, read while a list waits: in time, or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Semaphore, Thread
from time import monotonic
from typing import Any, Literal, TypeVar

import polars as pl

from modiste.errors import ConfigError
from modiste.feature_store.publishing import open_store, quiet
from modiste.feature_store.reading import entity_names, features_of
from modiste.feature_store.repository import SETTINGS
from modiste.feature_store.snapshots import STAMP

_log = logging.getLogger(__name__)
FOLDER = "features"
"""Folder of a shop where its repository is looked for."""
WAIT_SECONDS = 2.0
"""Time in which the store must have answered."""
REST_SECONDS = 5.0
"""So long a store is left alone that did not answer."""
_SAY_AGAIN_SECONDS = 60.0
_MOST_ASKED = 16
Answer = TypeVar("Answer")


def check_published(folder: Path) -> None:
    """Complain if a release is to be served from a repository that is none.

    Raises:
        ConfigError: If nothing was published to the folder.
    """
    if not (folder / SETTINGS).is_file():
        raise ConfigError(
            f'features.online = "feast", but {folder} is no feature repository: run modiste '
            f"features publish --shop {folder.parent}"
        )


class OnlineFeatures:
    """The online store of a shop's repository, as the server reads it for a release.

    Every published row bears its release's name: a row of another release is as good as none. What
    goes wrong is logged, never raised. Safe to be used from many threads.
    """

    def __init__(
        self,
        folder: Path,
        release: str,
        *,
        wait_seconds: float = WAIT_SECONDS,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        """Open a repository; loading Feast takes seconds, which no list shall wait for.

        Raises:
            ConfigError: If nothing was published to it.
        """
        check_published(folder)
        self._folder, self._release = folder, release
        self._wait, self._rest = wait_seconds, rest_seconds
        self._store: Any = None
        self._keys: dict[str, str] = {}
        self._columns: dict[str, list[str]] = {}
        self._again_at = 0.0
        self._say_at: dict[str, float] = {}
        self._opening = Lock()
        self._asked = Semaphore(_MOST_ASKED)
        try:
            self._opened()
        except Exception as error:  # it is tried again when it is read
            self._leave_alone(error)

    def read(
        self, entity: Literal["user", "item"], wanted: Sequence[str], ids: Sequence[str]
    ) -> pl.DataFrame | None:
        """Read features of users or items, see `recommend.online.Store`."""
        if monotonic() < self._again_at:
            return None
        try:
            rows = self._in_time(lambda: self._read(entity, wanted, ids))
        except Exception as error:  # each store's driver has errors of its own
            self._leave_alone(error)
            return None
        n_lacking = len(rows) - int(rows["is_read"].sum())
        if n_lacking:
            lacks = f"it lacks {n_lacking} of {len(rows)} {entity}s of release {self._release}"
            self._say(entity, lacks)
        return rows

    def holds(self, entity: Literal["user", "item"], ids: Sequence[str]) -> bool:
        """Tell whether rows of the release are there for all of some users or items."""
        try:
            return bool(self._in_time(lambda: self._read(entity, [], ids))["is_read"].all())
        except Exception:  # whatever is wrong with it, they are not there
            return False

    def _read(self, entity: str, wanted: Sequence[str], ids: Sequence[str]) -> pl.DataFrame:
        store = self._opened()
        stamp, key, known = f"{STAMP}{entity}", self._keys[entity], {*wanted}
        names = [name for name in self._columns[entity] if name in known]
        asked = [f"{entity}_features:{name}" for name in (*names, stamp)]
        found = store.get_online_features(asked, {key: list(ids)}).to_dict()
        is_read = pl.Series("is_read", [name == self._release for name in found[stamp]], pl.Boolean)
        return pl.DataFrame(
            [pl.Series(name, found[name], pl.Float32) for name in names] + [is_read]
        )

    def _opened(self) -> Any:
        with self._opening:
            if self._store is None:
                with quiet():
                    store = open_store(self._folder)
                    self._keys = entity_names(store)
                    self._columns = {
                        entity: features_of(store.get_feature_view(f"{entity}_features"))
                        for entity in self._keys
                    }
                self._store = store
            return self._store

    def _in_time(self, ask: Callable[[], Answer]) -> Answer:
        """Ask in a thread of its own, which the process does not wait for when it ends.

        Raises:
            TimeoutError: If there is no answer in time, or too many still wait for theirs.
        """
        if not self._asked.acquire(blocking=False):
            raise TimeoutError("questions before are still waiting")
        answers: SimpleQueue[tuple[Answer | None, Exception | None]] = SimpleQueue()

        def answered() -> None:
            try:
                answers.put((ask(), None))
            except Exception as error:
                answers.put((None, error))
            finally:
                self._asked.release()

        Thread(target=answered, name="feature-store", daemon=True).start()
        try:
            answer, fault = answers.get(timeout=self._wait)
        except Empty:
            raise TimeoutError(f"nothing came within {self._wait:g} s") from None
        if fault is not None:
            raise fault
        return answer  # type: ignore[return-value]

    def _leave_alone(self, error: Exception) -> None:
        told = " ".join(str(error).split()) or type(error).__name__
        self._again_at, self._store = monotonic() + self._rest, None
        self._say("away", f"it does not answer ({told})")

    def _say(self, kind: str, trouble: str) -> None:
        """Log a trouble, of each kind one a minute."""
        now = monotonic()
        if now >= self._say_at.get(kind, now):
            self._say_at[kind] = now + _SAY_AGAIN_SECONDS
            _log.warning("feature store: %s: features are computed directly", trouble)
