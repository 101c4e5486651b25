"""A Feast repository in a folder: its settings, its definitions as text, its offline files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from modiste.artifacts import write_text
from modiste.errors import InputError

DATA = "data"
DEFINITIONS = "definitions.py"
SETTINGS = "feature_store.yaml"

_TEXT = '''"""Features of users and items, written by `modiste features publish`."""

from datetime import timedelta
from pathlib import Path

from feast import Entity, FeatureService, FeatureView, Field, FileSource, ValueType
from feast.types import Float32, String

DATA = Path(__file__).parent / "data"

user = Entity(name="user", join_keys=[{user!r}], value_type=ValueType.STRING)
item = Entity(name="item", join_keys=[{item!r}], value_type=ValueType.STRING)


def view(entity: Entity, names: list[str]) -> FeatureView:
    """Columns of one entity, as of the beginning of a day, and the release that wrote them."""
    stamp = Field(name=f"release_{{entity.name}}", dtype=String)
    return FeatureView(
        name=f"{{entity.name}}_features",
        entities=[entity],
        ttl=timedelta(0),
        schema=[*(Field(name=name, dtype=Float32) for name in names), stamp],
        source=FileSource(
            name=f"{{entity.name}}_features_source",
            path=str(DATA / f"{{entity.name}}_features.parquet"),
            timestamp_field="event_timestamp",
        ),
    )


user_features = view(
    user,
{user_columns},
)
item_features = view(
    item,
{item_columns},
)
{service} = FeatureService(
    name={release!r},
    features=[user_features, item_features],
    tags={{"as_of": {as_of!r}}},
)
'''


def write_repository(
    folder: Path,
    project: str,
    release: str,
    as_of: str,
    names: Mapping[str, str],
    columns: Mapping[str, Sequence[str]],
    online: Mapping[str, object],
) -> None:
    """Write settings and definitions; the offline files lie in `folder/data` already.

    Args:
        folder: The repository, an existing folder.
        project: Feast's name of the project: letters, digits, underscores.
        release: The release, after which the feature service is named.
        as_of: Its day, as ISO date.
        names: The shop's own names of the ids, by "user" and "item".
        columns: The features of each.
        online: Settings of the online store, see `online_settings`.
    """

    def listed(entity: str) -> str:
        lines = [f"        {name!r}," for name in columns[entity]]
        return "\n".join(["    [", *lines, "    ]"])

    text = _TEXT.format(
        user=names["user"],
        item=names["item"],
        user_columns=listed("user"),
        item_columns=listed("item"),
        service="release",
        release=release,
        as_of=as_of,
    )
    write_text(folder / DEFINITIONS, text)
    settings = {
        "project": project,
        "provider": "local",
        "registry": f"{DATA}/registry.db",
        "offline_store": {"type": "file"},
        "online_store": dict(online),
        "entity_key_serialization_version": 3,
        "auth": {"type": "no_auth"},
    }
    write_text(folder / SETTINGS, json.dumps(settings, indent=2) + "\n")  # JSON is YAML
    (folder / SETTINGS).chmod(0o600)  # an address may hold a password


def kept_settings(folder: Path) -> dict[str, object]:
    """Give the settings of the online store that a repository has; SQLite: there is none yet."""
    file = folder / SETTINGS
    if not file.is_file():
        return online_settings("sqlite")
    kept: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))["online_store"]
    return kept


def online_settings(address: str) -> dict[str, object]:
    """Read where features are kept for answers: `sqlite`, or the address of Redis or PostgreSQL.

    Args:
        address: `sqlite`, `redis://[:password@]host:port[/db]` or
            `postgresql://user:password@host:port/database`, with `?sslmode=require` where the
            connection must be ciphered (by default it is where the server can).

    Raises:
        InputError: If it is none of them.
    """
    if address == "sqlite":
        return {"type": "sqlite", "path": f"{DATA}/online.db"}
    url = urlsplit(address)
    try:
        port = url.port
    except ValueError:
        url, port = urlsplit(""), None
    if url.scheme in ("redis", "rediss") and url.hostname:
        parts = [f"{url.hostname}:{port or 6379}"]
        parts += [f"db={url.path.strip('/')}"] if url.path.strip("/") else []
        parts += [f"password={unquote(url.password)}"] if url.password else []
        parts += ["ssl=true"] if url.scheme == "rediss" else []
        # Nobody else writes there: a row is written without asking for the one before it.
        return {"type": "redis", "connection_string": ",".join(parts), "skip_dedup": True}
    if url.scheme == "postgresql" and url.hostname and url.username and url.path.strip("/"):
        return {
            "type": "postgres",
            "host": url.hostname,
            "port": port or 5432,
            "database": url.path.strip("/"),
            "user": unquote(url.username),
            "password": unquote(url.password or ""),
            "sslmode": dict(parse_qsl(url.query)).get("sslmode", "prefer"),
        }
    raise InputError(
        f"--online {address}: expected sqlite, redis://host:6379 or "
        "postgresql://user:password@host:5432/database"
    )
