"""What the transformers encoder makes is what the library makes; what it cannot load is a line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from modiste.encoders import hub
from modiste.encoders.base import unit
from modiste.encoders.preparation import own_preparation
from modiste.encoders.transformers import Transformers, multiplies_bfloat16
from modiste.errors import InputError
from tests.encoders.pictures import garments

Tiny = Callable[[str], Path]
TEXTS = ["a red dress", "blue shirt with long sleeves"]


def of(folder: Path, **settings: Any) -> Transformers:
    return Transformers(source=str(folder), **settings)


def library(folder: Path, kind: str = "AutoModel") -> Any:
    import transformers

    loader: Any = getattr(transformers, kind)
    return loader.from_pretrained(folder).eval()


def processed(folder: Path) -> Any:
    import torch
    from transformers import AutoImageProcessor

    loader: Any = AutoImageProcessor
    processor = loader.from_pretrained(folder, backend="pil")
    values = [processor(images=picture, return_tensors="np") for picture in garments(4)]
    return torch.from_numpy(np.concatenate([one["pixel_values"] for one in values])).float()


def same(ours: Any, theirs: Any) -> None:
    cosines = (ours * unit(theirs.detach().flatten(1).numpy())).sum(1)
    assert cosines.min() > 0.999, cosines


@pytest.mark.parametrize("name", ["clip", "siglip", "vit", "dinov2", "mobilenet", "resnet"])
def test_vectors_of_pictures_are_the_librarys_own(name: str, tiny: Tiny) -> None:
    model, values = library(tiny(name)), processed(tiny(name))
    if name in ("clip", "siglip"):
        out = model.get_image_features(pixel_values=values)
        expected = getattr(out, "pooler_output", out)
    else:
        expected = model(pixel_values=values).pooler_output
    same(of(tiny(name)).encode_pictures(garments(4)), expected)


def test_vectors_of_words_are_the_librarys_own(tiny: Tiny) -> None:
    import torch
    from transformers import AutoTokenizer

    loader: Any = AutoTokenizer
    tokens = loader.from_pretrained(tiny("clip"))(TEXTS, padding=True, return_tensors="pt")
    out = library(tiny("clip")).get_text_features(tokens["input_ids"], tokens["attention_mask"])
    same(of(tiny("clip")).encode_words(TEXTS), getattr(out, "pooler_output", out))
    tokens = loader.from_pretrained(tiny("bert"))(TEXTS, padding=True, return_tensors="pt")
    values = library(tiny("bert"))(**tokens).last_hidden_state
    shown = [int(mask.sum()) for mask in tokens["attention_mask"]]
    mean = torch.stack([one[:n].mean(0) for one, n in zip(values, shown, strict=True)])
    same(of(tiny("bert")).encode_words(TEXTS), mean)
    full = loader.from_pretrained(tiny("siglip"))
    padded = full(TEXTS, padding="max_length", max_length=16, return_tensors="pt")["input_ids"]
    out = library(tiny("siglip")).get_text_features(padded)
    same(of(tiny("siglip")).encode_words(TEXTS), getattr(out, "pooler_output", out))


def test_pooling_of_places(tiny: Tiny) -> None:
    values = library(tiny("mobilenet"))(pixel_values=processed(tiny("mobilenet"))).last_hidden_state
    pictures = garments(4)
    for pooling, expected in (("max", values.amax((2, 3))), ("average", values.mean((2, 3)))):
        same(of(tiny("mobilenet"), pooling=pooling).encode_pictures(pictures), expected)
    most = of(tiny("bert"), pooling="max")
    both, alone = most.encode_words(TEXTS), most.encode_words(TEXTS[:1])
    np.testing.assert_allclose(both[0], alone[0], atol=2e-5, err_msg="the padding counts")
    assert most.identity != of(tiny("bert")).identity
    with pytest.raises(InputError, match="pools by itself"):
        of(tiny("clip"), pooling="max").encode_pictures(pictures)


def test_a_pooler_without_weights_is_not_used(tiny: Tiny) -> None:
    values = library(tiny("vit-without-pooler"))(processed(tiny("vit-without-pooler")))
    same(
        of(tiny("vit-without-pooler")).encode_pictures(garments(4)), values.last_hidden_state[:, 0]
    )
    with pytest.raises(InputError, match="the weights of ViTModel hold none"):
        of(tiny("vit-without-pooler"), pooling="model").encode_pictures(garments(1))


def test_a_sentence_encoder_may_say_that_its_first_token_counts(tiny: Tiny, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny("bert"), tmp_path / "bert"))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    first, average = of(folder), of(tiny("bert"))
    assert np.abs(first.encode_words(TEXTS) - average.encode_words(TEXTS)).max() > 1e-3
    assert first.identity != average.identity


def test_the_quick_way_of_preparing_is_taken_only_where_it_is_the_same(tiny: Tiny) -> None:
    for name, quick in (("mobilenet", True), ("clip", True), ("siglip", True), ("resnet", False)):
        encoder = of(tiny(name))
        prepared = encoder.prepare(garments(1)[0])
        assert (prepared.dtype == np.uint8) == quick, name
    processor = of(tiny("mobilenet"))._processor
    own = own_preparation(processor)
    assert own is not None
    for picture in garments(3):
        theirs = processor(images=picture, return_tensors="np")["pixel_values"][0]
        ours = own.scaled(own(picture)).transpose(2, 0, 1)
        assert np.abs(theirs - ours).mean() < 0.02
    processor.image_mean = [0.9, 0.4, 0.3]
    processor.normalize = lambda image, *_, **__: image
    assert own_preparation(processor) is None


def test_a_model_that_keeps_each_pictures_shape_is_refused(tiny: Tiny, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny("mobilenet"), tmp_path / "free"))
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    settings["do_center_crop"] = False
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    with pytest.raises(InputError, match="keeps each picture's own shape"):
        of(folder).encode_pictures(garments(1))


def test_bfloat16_is_near_float32(tiny: Tiny) -> None:
    exact = of(tiny("clip"), dtype="float32").encode_pictures(garments(3))
    rough = of(tiny("clip"), dtype="bfloat16").encode_pictures(garments(3))
    assert rough.dtype == np.float32
    assert (exact * rough).sum(1).min() > 0.99
    assert not np.array_equal(exact, rough)
    by_itself = of(tiny("clip")).encode_pictures(garments(3))
    np.testing.assert_array_equal(by_itself, rough if multiplies_bfloat16() else exact)


def test_what_cannot_be_loaded_is_one_line(tiny: Tiny, tmp_path: Path) -> None:
    import torch

    def copied(name: str) -> Path:
        return Path(shutil.copytree(tiny("vit"), tmp_path / name))

    no_weights = copied("no-weights")
    (no_weights / "model.safetensors").unlink()
    torch.save({}, no_weights / "pytorch_model.bin")
    no_config = copied("no-config")
    (no_config / "config.json").unlink()
    spoilt = copied("spoilt")
    (spoilt / "model.safetensors").write_bytes(b"no weights at all")
    unknown = copied("unknown")
    (unknown / "config.json").write_text('{"model_type": "own", "auto_map": {"AutoConfig": "a.B"}}')
    (unknown / "a.py").write_text("raise SystemExit('the code of a model was run')")
    other = copied("other")
    (other / "config.json").write_text((tiny("clip") / "config.json").read_text())
    no_processor = copied("no-processor")
    (no_processor / "preprocessor_config.json").write_text("{")
    for folder, said in (
        (no_weights, "holds no *.safetensors, the only weights that are read"),
        (no_config, "holds no config.json"),
        (spoilt, "cannot be loaded"),
        (unknown, "cannot be loaded"),
        (other, "weights are missing"),
        (no_processor, "cannot be loaded"),
        (tmp_path / "absent", "there is no such folder"),
        (no_config / "model.safetensors", "is a file"),
    ):
        with pytest.raises(InputError) as caught:
            of(folder).encode_pictures(garments(1))
        assert said in str(caught.value), folder.name
        assert "\n" not in str(caught.value), folder.name
    with pytest.raises(InputError, match="has no model of its own"):
        Transformers().encode_words(["a"])


@pytest.mark.parametrize("how", ["HF_HUB_OFFLINE=1", "HF_ENDPOINT=http://127.0.0.1:9"])
def test_a_hub_name_without_a_hub_is_one_line_at_once(how: str, tmp_path: Path) -> None:
    name, _, value = how.partition("=")
    code = (
        "import sys\nfrom modiste.encoders.hub import model_folder\n"
        "try:\n    model_folder('nobody/nothing')\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
        "print('torch' in sys.modules)\n"
    )
    environment = {"PATH": "/usr/bin", "HF_HOME": str(tmp_path), name: value}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    said, torch_is_loaded = done.stdout.splitlines()
    assert said.startswith("InputError encoder transformers=nobody/nothing: no such folder, ")
    assert "fetch nobody/nothing where the hub can be reached" in said
    assert "Error" not in said.removeprefix("InputError")
    assert "HF_HUB_OFFLINE" in said
    assert torch_is_loaded == "False"
    asked = name == "HF_ENDPOINT"
    assert done.stderr == ("modiste: asking the hub for nobody/nothing …\n" if asked else "")


def test_a_hub_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    huggingface_hub = pytest.importorskip("huggingface_hub")
    released = Event()
    monkeypatch.setattr(hub, "_SECONDS", 0.1)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(
        huggingface_hub.HfApi, "model_info", lambda *_words, **_more: released.wait(30)
    )
    try:
        with pytest.raises(InputError, match="the hub cannot be reached: give a folder"):
            hub.model_folder("nobody/nothing-of-the-kind")
    finally:
        released.set()


@pytest.mark.real_data
@pytest.mark.slow
def test_real_weights_tell_kinds_apart(shared: Path) -> None:
    import polars as pl

    from modiste.data.photos import open_photo

    weights = shared.parent / "weights" / "mobilenet_v2_imagenet"
    root = shared / "fashion_product_images"
    if not weights.is_dir():
        pytest.skip("no real weights: there is no weights/mobilenet_v2_imagenet")
    table = pl.read_csv(root / "styles.csv", truncate_ragged_lines=True, quote_char=None)
    kinds = ["Shirts", "Watches", "Handbags", "Sports Shoes"]
    some = pl.concat([table.filter(pl.col("articleType") == kind).head(15) for kind in kinds])
    encoder = of(weights)
    near = encoder.picture_size
    pictures = [open_photo(root / "images" / f"{name}.jpg", near=near) for name in some["id"]]
    vectors = encoder.encode_pictures(pictures)
    assert vectors.shape == (60, 1280)
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -1)
    kind = some["articleType"].to_numpy()
    assert (kind[likeness.argmax(1)] == kind).mean() > 0.95
