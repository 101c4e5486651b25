"""The lab: what an engineer looks at; needs the admin scope where keys are needed."""

from __future__ import annotations

from fastapi import APIRouter, Response

from modiste.errors import ArtifactError
from modiste.serve.answers import answer
from modiste.serve.dependencies import TheShop
from modiste.serve.errors import FAULTS
from modiste.serve.lab_schemas import Lab, LabUser
from modiste.serve.schemas import Id
from modiste.serve.window.lab import build_lab, explain_user

router = APIRouter(tags=["lab"], responses=FAULTS)


@router.get("/lab-data", operation_id="get_lab", response_model=Lab)
def get_lab(shop: TheShop) -> Response:
    """Give releases and their figures, the candidate ledger, features, search, and faults."""
    if shop.folder is None:
        raise ArtifactError("the lab reads a shop's folder, and this one is in memory alone")
    return answer(build_lab(shop.folder, shop))


@router.get("/lab-data/users/{user_id}", operation_id="get_lab_user", response_model=LabUser)
def get_lab_user(user_id: Id, shop: TheShop) -> Response:
    """Follow one user's list: wardrobe, pool, features, order."""
    return answer(explain_user(shop, user_id))
