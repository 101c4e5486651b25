"""What holds for every encoder: length 1, the order of what was given, the same again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from modiste.encoders import Encoder
from modiste.encoders.colour import Colour
from modiste.encoders.transformers import Transformers
from modiste.errors import InputError
from tests.encoders.pictures import garments

Tiny = Callable[[str], Path]
KINDS = {
    "colour": (True, False),
    "clip": (True, True),
    "siglip": (True, True),
    "vit": (True, False),
    "vit-without-pooler": (True, False),
    "dinov2": (True, False),
    "resnet": (True, False),
    "mobilenet": (True, False),
    "bert": (False, True),
}
"""Each encoder, and whether it has pictures and words."""
SEEING = [name for name, (sees, _) in KINDS.items() if sees]
SPEAKING = [name for name, (_, speaks) in KINDS.items() if speaks]
TEXTS = [
    "a red dress",
    "hat",
    "blue shirt with long sleeves of soft cotton and no stripes " * 3,
    "w",
]


def new_encoder(name: str, tiny: Tiny) -> Encoder:
    return Colour() if name == "colour" else Transformers(source=str(tiny(name)))


@pytest.fixture(scope="module")
def opened(tiny: Tiny) -> Callable[[str], Encoder]:
    made: dict[str, Encoder] = {}

    def give(name: str) -> Encoder:
        if name not in made:
            made[name] = new_encoder(name, tiny)
        return made[name]

    return give


@pytest.mark.parametrize("name", KINDS)
def test_an_encoder_says_what_it_takes(name: str, opened: Callable[[str], Encoder]) -> None:
    encoder = opened(name)
    assert (encoder.sees, encoder.speaks) == KINDS[name]
    if not encoder.sees:
        with pytest.raises(InputError, match="name another encoder"):
            encoder.encode_pictures(garments(1))
    if not encoder.speaks:
        with pytest.raises(InputError, match="name another encoder"):
            encoder.encode_words(["a red dress"])


@pytest.mark.parametrize("name", SEEING)
def test_vectors_of_pictures(name: str, opened: Callable[[str], Encoder]) -> None:
    encoder, pictures = opened(name), garments(9)
    vectors = encoder.encode_pictures(pictures)
    assert vectors.shape == (9, encoder.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode_pictures(pictures).tobytes() == vectors.tobytes(), "another run"
    apart = np.concatenate([encoder.encode_pictures([picture]) for picture in pictures])
    np.testing.assert_allclose(apart, vectors, atol=2e-5, err_msg="the batch counts")
    order = [4, 0, 8, 2]
    some = encoder.encode_pictures([pictures[place] for place in order])
    np.testing.assert_allclose(some, vectors[order], atol=2e-5, err_msg="not in the order given")
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-4, "all pictures are alike"
    assert encoder.encode_pictures([]).shape == (0, encoder.dim)


@pytest.mark.parametrize("name", SEEING)
def test_pictures_of_any_shape_in_bounded_memory(
    name: str, opened: Callable[[str], Encoder]
) -> None:
    encoder = opened(name)
    for size in ((1, 1), (1, 40_000), (40_000, 1), (30, 31)):
        prepared = encoder.prepare(Image.new("RGB", size, "navy"))
        assert prepared.nbytes < 1_000_000
        assert np.isfinite(encoder.encode_batch(prepared[None])).all()


@pytest.mark.parametrize("name", SPEAKING)
def test_vectors_of_words(name: str, opened: Callable[[str], Encoder]) -> None:
    encoder = opened(name)
    vectors = encoder.encode_words(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode_words(TEXTS).tobytes() == vectors.tobytes()
    apart = np.concatenate([encoder.encode_words([text]) for text in TEXTS])
    np.testing.assert_allclose(apart, vectors, atol=2e-5, err_msg="the other texts count")
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-4, "all texts are alike"
    assert encoder.encode_words([]).shape == (0, encoder.dim)


@pytest.mark.parametrize("name", KINDS)
def test_the_same_files_are_the_same_encoder(
    name: str, opened: Callable[[str], Encoder], tiny: Tiny
) -> None:
    encoder = opened(name)
    assert new_encoder(name, tiny).identity == encoder.identity
    others = [opened(other).identity for other in KINDS if other != name]
    assert encoder.identity not in others
