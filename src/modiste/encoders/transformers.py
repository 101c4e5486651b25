"""Any model of pictures or words that the transformers library loads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from modiste.component import component
from modiste.encoders.base import Batch, Encoder, Vectors, unit
from modiste.encoders.hub import files_identity, model_folder
from modiste.errors import InputError, MissingExtraError, require

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

    from modiste.encoders.preparation import Preparation

_SETTINGS = "preprocessor_config.json"
_MOST_TOKENS = 512
_TEXTS = 32


@component
class Transformers(Encoder):
    """A model of the transformers library, by its folder or hub name.

    CLIP, SigLIP, ResNet, MobileNet, ViT, DINO, BERT and their like. One with a picture and a word
    tower (CLIP, SigLIP) puts both into one space; others give pictures or words alone. Only
    safetensors are read, and no code of the model's own is run.
    """

    source: str = ""
    """A folder with `config.json` and `*.safetensors`, or a hub name such as
    `openai/clip-vit-base-patch32`, which is fetched if it is not in the cache."""
    pooling: Literal["auto", "max", "average", "model"] = "auto"
    """How the values of all places, or words, become one vector. `model`: as the model does it
    itself. `auto`: so for pictures, where the weights hold all it takes, otherwise the average of
    places or the first token; the average for words."""
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """Numbers that the model counts with. `auto`: bfloat16 where the processor multiplies such
    numbers itself (AVX512-BF16 or AMX), which is about three times as fast."""
    batch: int = Field(default=8, gt=0)
    """Pictures encoded together: on a processor small batches stay in its cache."""

    @property
    def dim(self) -> int:
        """Length of a vector, found by encoding one."""
        return self._dim

    @cached_property
    def _dim(self) -> int:
        if not self.sees:
            return int(self.encode_words(["a"]).shape[1])
        from PIL import Image

        return int(self.encode_pictures([Image.new("RGB", (8, 8))]).shape[1])

    @cached_property
    def identity(self) -> str:
        """Fingerprint of the files and of what changes vectors."""
        return files_identity(self.folder, ["transformers", 1, self.pooling, self.dtype])

    @property
    def batch_size(self) -> int:
        """Pictures encoded together."""
        return self.batch

    @property
    def sees(self) -> bool:
        """Whether the model takes pictures."""
        return self._towers[0]

    @property
    def speaks(self) -> bool:
        """Whether the model takes words."""
        return self._towers[1]

    @property
    def picture_size(self) -> tuple[int, int]:
        """Size below which a picture loses detail for this model."""
        return self.quick_preparation.near if self.quick_preparation else (512, 512)

    def check(self) -> None:
        """Find out whether torch and transformers are installed; neither is loaded."""
        require("torch", "transformers", extra="vision")

    def prepare(self, picture: Image) -> Batch:
        """Make one picture ready, as the model's own settings say."""
        if not self.sees:
            return super().prepare(picture)
        if self.quick_preparation is not None:
            return self.quick_preparation(picture)
        return self._slow_preparation(picture)  # type: ignore[no-any-return]

    def encode_batch(self, batch: Batch) -> Vectors:
        """Encode prepared pictures: `[n, dim]`."""
        if not self.sees:  # first: it says what is not installed
            return super().encode_batch(batch)
        import torch

        with torch.inference_mode():
            return _plain(self.see(self.tensor(batch)))

    def tensor(self, batch: Batch) -> torch.Tensor:
        """Give prepared pictures as what the model takes: `[n, 3, height, width]`."""
        import torch

        values = torch.from_numpy(np.require(batch, requirements=["C", "W"]))
        if batch.dtype == np.uint8 and (own := self.quick_preparation) is not None:
            # Bytes lie channels last, and so do the values: convolutions are quicker on them.
            scaled = values.float().mul_(torch.from_numpy(own.scale))
            values = scaled.add_(torch.from_numpy(own.shift)).permute(0, 3, 1, 2)
        return values.to(self._number)

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        """Encode texts: `[n, dim]` in their order; a long one is cut to what the model reads."""
        if not self.speaks:  # first: it says what is not installed
            return super().encode_words(texts)
        if not texts:
            return np.empty((0, self.dim), np.float32)
        import torch

        # Texts of about one length stand together, so that little is padded.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        found: Vectors | None = None
        for start in range(0, len(order), _TEXTS):
            places = order[start : start + _TEXTS]
            with torch.inference_mode(), _quiet():
                vectors = _plain(self._words([texts[place] for place in places]))
            if found is None:
                found = np.empty((len(texts), vectors.shape[1]), np.float32)
            found[places] = vectors
        assert found is not None
        return found

    @cached_property
    def folder(self) -> Path:
        """Where the model's files lie.

        Raises:
            InputError: If there are none.
        """
        return model_folder(self.source)

    @cached_property
    def _config(self) -> Any:
        transformers = _transformers()
        with _faults(self.source), _quiet():
            return transformers.AutoConfig.from_pretrained(
                self.folder, local_files_only=True, trust_remote_code=False
            )

    @cached_property
    def _towers(self) -> tuple[bool, bool]:
        """Say whether the model takes pictures and words, by its class."""
        with _faults(self.source):
            kind = _transformers().MODEL_MAPPING[type(self._config)]
        kind = kind[0] if isinstance(kind, (list, tuple)) else kind
        if hasattr(kind, "get_image_features") and hasattr(kind, "get_text_features"):
            return True, True
        takes = kind.main_input_name
        if takes not in ("pixel_values", "input_ids"):
            raise InputError(
                f"encoder transformers={self.source}: a model of {takes}, expected one of pictures "
                "or words"
            )
        return takes == "pixel_values", takes == "input_ids"

    @cached_property
    def _number(self) -> torch.dtype:
        import torch

        if self.dtype == "auto":
            return torch.bfloat16 if multiplies_bfloat16() else torch.float32
        return torch.bfloat16 if self.dtype == "bfloat16" else torch.float32

    @property
    def model(self) -> Any:
        """The torch module, of the library's own kind, in use and in this encoder's numbers."""
        return self._loaded[0]

    @cached_property
    def _loaded(self) -> tuple[Any, bool]:
        """Load the model; and say whether its own pooling has all its weights."""
        library = _transformers()  # first: it says what is not installed
        import torch

        with _faults(self.source), _quiet():
            model, told = library.AutoModel.from_pretrained(
                self.folder,
                config=self._config,
                dtype=torch.float32,
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                output_loading_info=True,
            )
        missing = sorted(told["missing_keys"])
        without = [name for name in missing if "pooler" not in name]
        if without:
            raise InputError(
                f"encoder transformers={self.source}: {len(without)} weights are missing, the "
                f"first {without[0]}: give the files of the whole model"
            )
        model = model.eval().to(self._number)
        if self.sees:
            model = model.to(memory_format=torch.channels_last)
        return model, not missing

    @cached_property
    def _processor(self) -> Any:
        with _faults(self.source), _quiet():
            return _transformers().AutoImageProcessor.from_pretrained(
                self.folder, backend="pil", local_files_only=True, trust_remote_code=False
            )

    @cached_property
    def quick_preparation(self) -> Preparation | None:
        """How pictures are made ready without the library's own code.

        None where that code does something else than the model's settings say.
        """
        from modiste.encoders.preparation import own_preparation

        with _faults(self.source), _quiet():
            return own_preparation(self._processor)

    @cached_property
    def _slow_preparation(self) -> Any:
        from modiste.encoders.preparation import slow_preparation

        return slow_preparation(self._processor)

    @cached_property
    def tokenizer(self) -> Any:
        """What cuts texts into the model's tokens, of the library's own kind."""
        with _faults(self.source), _quiet():
            return _transformers().AutoTokenizer.from_pretrained(
                self.folder, local_files_only=True, trust_remote_code=False
            )

    def save(self, folder: Path) -> None:
        """Write the model as it is now, and how its pictures are made ready, into a folder."""
        with _quiet():
            self.model.save_pretrained(folder)
        shutil.copyfile(self.folder / _SETTINGS, folder / _SETTINGS)

    def see(self, values: torch.Tensor) -> torch.Tensor:
        """Run the picture tower on what `tensor` gave: `[n, dim]`, of any length."""
        model, has_pooler = self._loaded
        if self.speaks:
            if self.pooling not in ("auto", "model"):
                raise InputError(
                    f"pooling {self.pooling}: {type(model).__name__} pools by itself, so that "
                    "pictures and words meet: leave pooling at auto"
                )
            return _pooled(model.get_image_features(pixel_values=values))
        out = model(pixel_values=values)
        own = getattr(out, "pooler_output", None)
        if self.pooling == "model" and (own is None or not has_pooler):
            raise InputError(
                f"pooling model: the weights of {type(model).__name__} hold none: leave pooling "
                "at auto"
            )
        if self.pooling in ("auto", "model") and own is not None and has_pooler:
            flat: torch.Tensor = own.flatten(1)
            return flat
        places: torch.Tensor = out.last_hidden_state
        if places.ndim == 4:
            places = places.flatten(2).transpose(1, 2)
        elif self.pooling == "auto":
            return places[:, 0]
        return places.amax(1) if self.pooling == "max" else places.float().mean(1)

    def _words(self, texts: Sequence[str]) -> torch.Tensor:
        return self.read_tokens(**self.tokens(texts))

    @cached_property
    def longest_text(self) -> int:
        """Tokens that the model reads at most."""
        text_config = self._config.get_text_config()
        placed: int = getattr(text_config, "max_position_embeddings", _MOST_TOKENS)
        return min(int(self.tokenizer.model_max_length), placed, _MOST_TOKENS)

    @property
    def pads_fully(self) -> bool:
        """Whether texts are padded to full length: SigLIP learned so, the padding not masked."""
        return bool(self._config.model_type.startswith("siglip"))

    def tokens(self, texts: Sequence[str]) -> dict[str, torch.Tensor]:
        """Give texts as what `read_tokens` takes, `[n, length]` each."""
        tokens = self.tokenizer(
            list(texts),
            padding="max_length" if self.pads_fully else True,
            truncation=True,
            max_length=self.longest_text,
            return_tensors="pt",
        )
        if self.sees:
            tokens.pop("token_type_ids", None)
        return dict(tokens)

    def read_tokens(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **others: torch.Tensor
    ) -> torch.Tensor:
        """Run the word tower: `[n, dim]`, of any length."""
        model, has_pooler = self._loaded
        tokens = {"input_ids": input_ids, **others}
        if not self.pads_fully:
            tokens["attention_mask"] = attention_mask
        if self.sees:
            return _pooled(model.get_text_features(**tokens))
        out = model(**tokens)
        own: torch.Tensor | None = getattr(out, "pooler_output", None)
        if self.pooling == "model" and own is not None and has_pooler:
            return own
        values: torch.Tensor = out.last_hidden_state.float()
        if self.pooling == "auto" and self._first_token_counts:
            return values[:, 0]
        shown: torch.Tensor = attention_mask[:, :, None].bool()
        if self.pooling == "max":
            return values.masked_fill(~shown, float("-inf")).amax(1)
        average: torch.Tensor = (values * shown).sum(1) / shown.sum(1)
        return average

    @cached_property
    def _first_token_counts(self) -> bool:
        """Whether a sentence encoder's own folder says that its first token is the sentence."""
        try:
            text = (self.folder / "1_Pooling" / "config.json").read_text(encoding="utf-8")
            return bool(json.loads(text).get("pooling_mode_cls_token", False))
        except (OSError, ValueError, AttributeError):
            return False


def multiplies_bfloat16() -> bool:
    """Say whether this processor multiplies bfloat16 numbers itself."""
    import torch

    told: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(told.get("avx512_bf16") or told.get("amx_bf16"))


def _pooled(out: Any) -> torch.Tensor:
    """Give a tower's vectors, which older releases give bare."""
    vectors: torch.Tensor = getattr(out, "pooler_output", out)
    return vectors


def _plain(vectors: torch.Tensor) -> Vectors:
    return unit(vectors.float().numpy())


def _transformers() -> Any:
    try:
        import torch  # noqa: F401
        import transformers
    except ImportError as error:
        raise MissingExtraError(error.name or "transformers", extra="vision") from None
    return transformers


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from telling of weights it leaves out and of progress over a second."""
    logging = _transformers().utils.logging
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


@contextmanager
def _faults(source: str) -> Iterator[None]:
    """Say in one line what the library cannot load."""
    try:
        yield
    except (InputError, MissingExtraError):
        raise
    except Exception as error:  # files from outside: whatever a parser raises
        told = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(
            f"encoder transformers={source} cannot be loaded ({told[0][:200].strip()}): give a "
            "model of a kind that transformers knows, with all its files"
        ) from None
