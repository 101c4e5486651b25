"""Keys in SQLite and in PostgreSQL."""

import pytest
from sqlalchemy import text

from modiste.errors import InputError
from modiste.serve.database import Database, KeyStore, Scope
from modiste.serve.database.keys import split_key


def test_a_key_is_made_listed_and_revoked(database: Database) -> None:
    store = KeyStore(database)
    made, secret = store.add("the web shop", Scope.WRITE, 2.5)
    store.add("another", Scope.READ)
    assert [key.name for key in store.all()] == ["the web shop", "another"]
    assert store.all()[0] == made
    assert (made.scope, made.rate, made.revoked) == (Scope.WRITE, 2.5, False)
    assert store.revoke(made.key_id).revoked
    assert [key.revoked for key in store.all()] == [True, False]
    parts = split_key(secret)
    assert parts is not None
    assert parts[0] == made.key_id
    assert made.fits(parts[1])
    assert not made.fits(parts[1] + "x")
    with pytest.raises(InputError, match="no key 'nobody'"):
        store.revoke("nobody")


def test_the_database_holds_no_secret(database: Database) -> None:
    _, secret = KeyStore(database).add("web", Scope.READ)
    with database.reading() as connection:
        rows = str(connection.execute(text("SELECT * FROM keys")).all())
    assert secret.split("_", 2)[2] not in rows
    assert "web" in rows


def test_scopes_are_ordered() -> None:
    assert [scope.allows(Scope.WRITE) for scope in Scope] == [False, True, True]
    assert all(Scope.ADMIN.allows(scope) for scope in Scope)


@pytest.mark.parametrize("text", ["", "x", "modiste_", "modiste_a", "modiste__b", "other_a_b"])
def test_what_is_no_key(text: str) -> None:
    assert split_key(text) is None
