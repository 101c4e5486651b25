"""Features read back through Feast: as of past moments, and online."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from modiste.feature_store.publishing import open_store, quiet
from modiste.feature_store.snapshots import STAMP, TIME

if TYPE_CHECKING:
    from collections.abc import Mapping


class Features:
    """A repository, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Open it.

        Raises:
            ArtifactError: If there is none.
        """
        self.folder = folder
        with quiet():
            self.store = open_store(folder)
            self.services = [one.name for one in self.store.list_feature_services()]
            self.names: Mapping[str, str] = entity_names(self.store)

    def service(self, release: str) -> Any:
        """Give the feature service of a release."""
        return self.store.get_feature_service(release)

    def historical(self, rows: pl.DataFrame, release: str) -> pl.DataFrame:
        """Join features to users and items as they were known at a moment (point in time).

        Args:
            rows: The ids under the shop's own names, and `event_timestamp`, UTC.
            release: Whose feature service.

        Returns:
            The same rows in their order, with the features.
        """
        # Feast's files keep one row of each entity and moment, whatever other ids stand beside it:
        # so each entity is asked for alone, and joined here.
        joined = rows
        for projection in self.service(release).feature_view_projections:
            view = self.store.get_feature_view(projection.name)
            key = self.names[view.entities[0]]
            asked = rows.select(key, TIME).unique()
            wanted = [f"{view.name}:{name}" for name in features_of(view)]
            with quiet():
                found = self.store.get_historical_features(asked.to_pandas(), wanted).to_df()
            known: pl.DataFrame = pl.from_pandas(found)
            known = known.with_columns(pl.col(TIME).cast(pl.Datetime("us", "UTC")))
            joined = joined.join(known, on=[key, TIME], how="left", maintain_order="left")
        return joined

    def online(self, users: Sequence[str], items: Sequence[str], release: str) -> pl.DataFrame:
        """Read what is online of pairs of users and items.

        Args:
            users: An id a row.
            items: An id a row.
            release: Whose feature service.

        Returns:
            The ids and the features, by the order given; null where nothing is known.
        """
        keys = {self.names["user"]: list(users), self.names["item"]: list(items)}
        found = self.store.get_online_features(self.service(release), keys).to_dict()
        rows = pl.DataFrame(found, strict=False).select(pl.exclude(f"^{STAMP}(user|item)$"))
        return rows.cast({name: pl.Float32 for name in rows.columns if name not in keys})


def entity_names(store: Any) -> dict[str, str]:
    """Give the shop's own names of the ids, by "user" and "item"."""
    return {one.name: one.join_key for one in store.list_entities() if one.name != "__dummy"}


def features_of(view: Any) -> list[str]:
    """Name the features of a view, without the release's name."""
    return [field.name for field in view.features if not field.name.startswith(STAMP)]
