"""Addresses of online stores."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

if find_spec("feast") is None:
    pytest.skip("needs the extra feast", allow_module_level=True)

from modiste.errors import InputError
from modiste.feature_store.repository import online_settings


@pytest.mark.parametrize(
    ("address", "settings"),
    [
        ("sqlite", {"type": "sqlite", "path": "data/online.db"}),
        ("redis://cache", {"type": "redis", "connection_string": "cache:6379", "skip_dedup": True}),
        (
            "rediss://:s%40t@cache:7000/2",
            {
                "type": "redis",
                "connection_string": "cache:7000,db=2,password=s@t,ssl=true",
                "skip_dedup": True,
            },
        ),
        (
            "postgresql://shop:a%2Fb@db/features",
            {
                "type": "postgres",
                "host": "db",
                "port": 5432,
                "database": "features",
                "user": "shop",
                "password": "a/b",
                "sslmode": "prefer",
            },
        ),
        (
            "postgresql://shop@db:5433/features?sslmode=require",
            {
                "type": "postgres",
                "host": "db",
                "port": 5433,
                "database": "features",
                "user": "shop",
                "password": "",
                "sslmode": "require",
            },
        ),
    ],
)
def test_addresses(address: str, settings: dict[str, object]) -> None:
    assert online_settings(address) == settings


@pytest.mark.parametrize(
    "address", ["", "mysql://a/b", "redis://", "postgresql://db/features", "redis://host:x"]
)
def test_other_addresses(address: str) -> None:
    with pytest.raises(InputError, match="expected sqlite, redis"):
        online_settings(address)
