"""A fitted model as a folder: what is read is what was written, and faults are told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from modiste.artifacts import verify
from modiste.errors import ArtifactError
from modiste.relevance.fit import fit_relevance
from modiste.relevance.score import Relevance
from modiste.relevance.settings import RelevanceSettings, vbpr_settings
from modiste.relevance.stored import TENSORS, read_relevance, relevance_store, write_relevance
from tests.relevance.planted import Planted

FORMS = {
    "attention and a hidden layer": RelevanceSettings(attention=True, dense=16),
    "vbpr": vbpr_settings(),
    "ensemble": RelevanceSettings(n_models=2),
}


@pytest.mark.parametrize("name", FORMS)
def test_what_is_read_is_what_was_written(name: str, planted: Planted, tmp_path: Path) -> None:
    settings = replace(FORMS[name], dim=8, epochs=1, n_shared=50)
    ids = np.array([f"0{row:06d}" for row in range(planted.purchases.n_items)])
    model = fit_relevance(planted.purchases, settings, features=planted.features, item_ids=ids)
    with relevance_store(tmp_path).publish("first", {"seed": 0}) as folder:
        write_relevance(model, folder)
    stored = relevance_store(tmp_path).current()
    verify(stored)
    read = read_relevance(stored)
    assert read.settings == model.settings
    assert read.item_ids.tolist() == ids.tolist()
    assert read.figures == model.figures
    assert read.unsold == model.unsold
    for part in ("targets", "popularity", "worn", "attends", "users"):
        mine, theirs = getattr(model, part), getattr(read, part)
        assert (mine is None) == (theirs is None)
        if mine is not None:
            assert mine.tobytes() == theirs.tobytes()
    made, again = (one.for_new_items(planted.features[:9]) for one in (model, read))
    assert made.keys() == again.keys()
    assert all(made[name].tobytes() == again[name].tobytes() for name in made)
    known = planted.purchases
    same = [
        one.wardrobes(known.users, known.items, n_users=known.n_users).tobytes()
        for one in (model, read)
    ]
    assert same[0] == same[1]


def test_a_folder_that_holds_none_is_told(wardrobe: Relevance, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no relevance model"):
        read_relevance(tmp_path)
    write_relevance(wardrobe, tmp_path)
    assert read_relevance(tmp_path).item_ids.size == 0
    whole = (tmp_path / TENSORS).read_bytes()
    (tmp_path / TENSORS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArtifactError, match="no relevance model"):
        read_relevance(tmp_path)
    with pytest.raises(ArtifactError, match="run modiste train first"):
        relevance_store(tmp_path).current()
