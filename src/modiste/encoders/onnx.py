"""An exported encoder: runs with onnxruntime alone, without torch and transformers.

```
FOLDER/
  manifest.json      the files' hashes, and how far its vectors lie from those of the original
  encoder.json       how pictures and texts are made ready, length of a vector
  pictures.onnx      the picture tower: prepared pictures in, vectors of length 1 out
  words.onnx         the word tower
  tokenizer.json     where the words are read by a tokenizer
```
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from modiste.artifacts import fingerprint, verify
from modiste.component import component
from modiste.encoders.base import Batch, Encoder, Vectors, unit
from modiste.errors import ArtifactError, InputError, MissingExtraError, require

if TYPE_CHECKING:
    from PIL.Image import Image

    from modiste.encoders.preparation import Preparation

VERSION = 1
PLAN, TOKENIZER = "encoder.json", "tokenizer.json"
_TEXTS = 32
Inputs = dict[str, npt.NDArray[Any]]


@component
class Onnx(Encoder):
    """The towers of another encoder as `modiste encoder export` wrote them.

    Pays where torch is too heavy to install beside a shop, or a processor's time counts.
    """

    source: str = ""
    """The folder that `modiste encoder export` made."""
    threads: int = Field(default=2, gt=0, le=64)
    """Cores that work on one batch at most."""
    batch: int = Field(default=8, gt=0)
    """Pictures encoded together."""

    @cached_property
    def plan(self) -> dict[str, Any]:
        """How pictures and texts are made ready, once the files were found unaltered.

        Raises:
            InputError: If no folder was named.
            ArtifactError: If it holds no exported encoder, or was altered.
        """
        if not self.source:
            raise InputError("encoder onnx: expected onnx=FOLDER, made by modiste encoder export")
        facts = verify(self._folder)
        if PLAN not in facts.get("files", {}):
            raise ArtifactError(
                f"{self.source} holds no exported encoder: name a folder made by modiste encoder "
                "export"
            )
        plan: dict[str, Any] = json.loads((self._folder / PLAN).read_text(encoding="utf-8"))
        if plan.get("version") != VERSION:
            raise ArtifactError(
                f"{self.source} was exported by another version of modiste: run modiste encoder "
                "export anew"
            )
        return {**plan, "files": facts["files"]}

    @property
    def dim(self) -> int:
        """Length of a vector, as it was exported."""
        return int(self.plan["dim"])

    @property
    def identity(self) -> str:
        """Fingerprint of the folder's files."""
        return fingerprint(["onnx", self.plan["files"]])

    @property
    def batch_size(self) -> int:
        """Pictures encoded together."""
        return self.batch

    @property
    def sees(self) -> bool:
        """Whether a picture tower was exported."""
        return self.plan["pictures"] is not None

    @property
    def speaks(self) -> bool:
        """Whether a word tower was exported."""
        return self.plan["words"] is not None

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height below which a picture loses detail."""
        told = self.plan["pictures"]
        if told is None:
            return super().picture_size
        return (told["width"], told["height"]) if told["kind"] == "plain" else self._ready.near

    def check(self) -> None:
        """Find out whether onnxruntime is installed; it is not loaded."""
        require("onnxruntime", extra="onnx")

    def prepare(self, picture: Image) -> Batch:
        """Make one picture ready as the exported encoder did: bytes."""
        told = self.plan["pictures"]
        if told is None:
            return super().prepare(picture)
        if told["kind"] == "plain":
            from modiste.encoders.pixels import as_pixels

            return as_pixels(picture, told["width"], told["height"])
        return self._ready(picture)

    def encode_batch(self, batch: Batch) -> Vectors:
        """Encode prepared pictures: `[n, dim]`."""
        if not self.sees:
            return super().encode_batch(batch)
        (vectors,) = self._picture_tower.run(None, {"pictures": np.ascontiguousarray(batch)})
        return unit(vectors)

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        """Encode texts: `[n, dim]` in their order."""
        if not self.speaks:
            return super().encode_words(texts)
        found = np.empty((len(texts), self.dim), np.float32)
        wanted = [given.name for given in self._word_tower.get_inputs()]
        # Texts of about one length stand together, so that little is padded.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), _TEXTS):
            places = order[start : start + _TEXTS]
            inputs = self._inputs([texts[place] for place in places])
            (vectors,) = self._word_tower.run(None, {name: inputs[name] for name in wanted})
            found[places] = unit(vectors)
        return found

    @property
    def _folder(self) -> Path:
        return Path(self.source).expanduser()

    @cached_property
    def _ready(self) -> Preparation:
        from PIL.Image import Resampling

        from modiste.encoders.preparation import Preparation

        told = self.plan["pictures"]
        return Preparation(
            (told["height"], told["width"]),
            told["short_side"],
            Resampling(told["resample"]),
            np.asarray(told["scale"], np.float32),
            np.asarray(told["shift"], np.float32),
        )

    @cached_property
    def _picture_tower(self) -> Any:
        return self._session("pictures.onnx")

    @cached_property
    def _word_tower(self) -> Any:
        return self._session("words.onnx")

    def _session(self, name: str) -> Any:
        assert name in self.plan["files"]  # read first: it holds the files against their hashes
        try:
            import onnxruntime
        except ImportError:
            raise MissingExtraError("onnxruntime", extra="onnx") from None
        settings = onnxruntime.SessionOptions()
        settings.log_severity_level = 3  # errors: what it warns of no user can mend
        settings.intra_op_num_threads = min(self.threads, os.cpu_count() or 1)
        settings.inter_op_num_threads = 1
        # Weights kept in 8 bits are unpacked once, when the tower is opened.
        settings.add_session_config_entry("session.disable_quant_qdq", "1")
        return onnxruntime.InferenceSession(
            str(self._folder / name), settings, providers=["CPUExecutionProvider"]
        )

    @cached_property
    def _tokenizer(self) -> Any:
        try:
            from tokenizers import Tokenizer
        except ImportError:
            raise MissingExtraError("tokenizers", extra="onnx") from None
        return Tokenizer.from_file(str(self._folder / TOKENIZER))

    def _inputs(self, texts: Sequence[str]) -> Inputs:
        told = self.plan["words"]
        if told["kind"] == "lexicon":
            return lexicon_inputs(texts, self._vocabulary, told["n_grams"])
        read = self._tokenizer.encode_batch(list(texts))
        return {
            "input_ids": np.array([one.ids for one in read], np.int64),
            "attention_mask": np.array([one.attention_mask for one in read], np.int64),
            "token_type_ids": np.array([one.type_ids for one in read], np.int64),
        }

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.plan["words"]["vocabulary"])}


def lexicon_inputs(texts: Sequence[str], vocabulary: Mapping[str, int], n_grams: int) -> Inputs:
    """Give texts as the exported word tower of a fitted encoder takes them.

    Returns:
        `rows` and `weights`, `[n_words, n_rows]`: what each distinct word is made of; `places` and
        `shown`, `[n_texts, n_words]`: the words of each text, and which of the places are filled.
    """
    from modiste.encoders.lexicon import Lexicon, text_words

    lexicon = Lexicon(dict(vocabulary), n_grams)
    told = lexicon.encode([text_words(text) for text in texts])
    distinct, places = np.unique(told.words, return_inverse=True)
    rows, starts, weights = lexicon.table().of(distinct)
    lengths = np.diff(np.append(starts, len(rows)))
    return {
        "rows": _padded(rows, lengths),
        "weights": _padded(weights, lengths),
        "places": _padded(places.astype(np.int64), told.lengths),
        "shown": _padded(np.ones(len(places), np.float32), told.lengths),
    }


def _padded(flat: npt.NDArray[Any], lengths: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Lay values that stand one behind the other into rows, filled up with zeros."""
    filled = np.arange(lengths.max(initial=0)) < lengths[:, None]
    rows = np.zeros(filled.shape, flat.dtype)
    rows[filled] = flat
    return rows
