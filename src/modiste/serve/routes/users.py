"""Users: some to look with, and the deletion of one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from modiste.serve.dependencies import TheEvents, TheWindow
from modiste.serve.errors import FAULTS
from modiste.serve.schemas import Forgotten, Id, KnownUsers

router = APIRouter(tags=["users"], responses=FAULTS)


@router.get("/users", operation_id="list_users")
def list_users(
    window: TheWindow, store: TheEvents, k: Annotated[int, Query(ge=1, le=100)] = 12
) -> KnownUsers:
    """Give some users with a history, to see the shop with their eyes."""
    found = window.users(k)
    return KnownUsers(users=[user for user in found if not store.is_forgotten(user.id)])


@router.delete("/users/{user_id}", operation_id="delete_user")
def delete_user(user_id: Id, window: TheWindow, store: TheEvents) -> Forgotten:
    """Delete a user's events and stop using what else the shop has of that user.

    Sent again it deletes nothing more. The tables that were imported are not changed: leave the
    user out of the next import, and train.
    """
    had_list = window.has_stored_list(user_id) and not store.is_forgotten(user_id)
    return Forgotten(events=store.forget(user_id), stored_list=had_list)
