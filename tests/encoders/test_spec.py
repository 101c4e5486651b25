"""An encoder's name is read and written the same way everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from modiste import errors
from modiste.encoders import ENCODERS, Encoder
from modiste.encoders.colour import Colour
from modiste.encoders.spec import EncoderSpec, open_encoder
from modiste.encoders.transformers import Transformers
from modiste.errors import InputError


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("colour", "colour"),
        ("colour,bins=4", "colour-bins-4"),
        ("transformers=openai/clip-vit-base-patch32", "transformers-clip-vit-base-patch32"),
        ("transformers=/a, b=c/My Model", "transformers-my-model"),
        ("transformers=/a/m,dtype=float32,pooling=max", "transformers-m-dtype-float32-pooling-max"),
    ],
)
def test_what_is_written_is_read_again(text: str, label: str) -> None:
    spec = EncoderSpec.parse(text)
    assert str(spec) == text
    assert EncoderSpec.parse(str(spec)) == spec
    assert spec.label == label


def test_settings_reach_the_component(tiny: Callable[[str], Path]) -> None:
    coarse = open_encoder("colour,bins=4,layout=0.5")
    assert coarse == Colour(bins=4, layout=0.5)
    most = open_encoder(f"transformers={tiny('bert')},pooling=max")
    assert isinstance(most, Transformers)
    assert (most.pooling, most.source) == ("max", str(tiny("bert")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour,bins=many", "bins: Input should be a valid integer"),
        ("colour,bins=99", "bins: Input should be less than or equal to 16"),
        ("colour,bin=4", "bin: Unexpected keyword argument"),
        ("colour=folder", "source: Unexpected keyword argument"),
    ],
)
def test_a_wrong_setting_is_one_line(text: str, said: str) -> None:
    with pytest.raises(InputError, match=f"^encoder {text}: {said}") as caught:
        open_encoder(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "ending"),
    [("catalog", ": did you mean catalogue?"), ("Colour=x", ": did you mean colour?"), ("zz", "s")],
)
def test_an_unknown_name_is_told_the_one_that_is_spelled_alike(text: str, ending: str) -> None:
    with pytest.raises(InputError, match=f"^encoder '{text}': expected NAME") as caught:
        EncoderSpec.parse(text)
    assert str(caught.value).endswith(ending)


def test_a_fitted_encoder_of_another_shop_is_not_named_twice() -> None:
    spec = EncoderSpec.parse("catalogue=other/encoders/catalogue-45c94f37")
    assert spec.label == "catalogue-45c94f37"


@pytest.mark.parametrize(
    ("spec", "absent", "extra"),
    [
        ("catalogue=folder", "torch", "vision"),
        ("transformers=folder", "torch", "vision"),
        ("transformers=folder", "transformers", "vision"),
        ("open_clip=folder", "torchvision", "open-clip"),
        ("onnx=folder", "onnxruntime", "onnx"),
    ],
)
def test_what_an_encoder_lacks_is_said_when_it_is_opened(
    spec: str, absent: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(name: str) -> ModuleSpec | None:
        return None if name == absent else ModuleSpec(name, None)

    monkeypatch.setattr(errors, "find_spec", find)
    line = f"{absent} is not installed: run pip install 'modiste[{extra}]'"
    with pytest.raises(errors.MissingExtraError, match=re.escape(line)):
        open_encoder(spec)


@pytest.mark.parametrize("name", ENCODERS.names)
def test_every_module_of_the_package_that_is_not_named_as_none_is_an_encoder(name: str) -> None:
    assert issubclass(ENCODERS.get(name), Encoder)
