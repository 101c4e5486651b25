"""Words to attributes, way by way; and how long a match takes, and what taste is worth in it.

    python benchmarks/attributes.py --shop SHOP [--encoder LABEL] [--part words|match]
        [--learn N] [--photos FOLDER]

*In other words*: the questions of `modiste evaluate-search` whose kind and colour are said in words
that the catalogue's value does not have. *From descriptions*: what is said of judged products, less
the words of the value itself, names its kind and its pattern. A hit is the right value first, or
among the first three, of all that the shop has. Word vectors are learned without the judged
products, which no fitted encoder has seen either; intervals are 95 % over values and products.

*Taste*: users' last day is taken off. The kind of an item bought on it is asked for in words, and
the share of questions is counted whose bought product is among the first ten: ordered by what sold,
by each part of taste alone, and by all of it. Nothing was fitted for it.

Seconds are of the process's CPU, so that other work on the machine does not tell in them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data import Dataset, open_shop
from modiste.encoders.base import Vectors, unit
from modiste.encoders.spec import EncoderSpec, open_encoder
from modiste.encoders.splits import split_products
from modiste.encoders.stored import choose_label, read_vectors
from modiste.encoders.texts import item_texts
from modiste.encoders.thesaurus import singular, split_words
from modiste.engine import collect, lazy
from modiste.search.attributes import AttributeFinder, learning
from modiste.search.attributes.encoded import EncodedWords
from modiste.search.attributes.learning import Shuffled, fit_word_vectors
from modiste.search.attributes.sentences import SILENT, build_sentences, said_words, value_word
from modiste.search.attributes.vectors import WordVectors
from modiste.search.match import Matcher
from modiste.search.measure.parts import figures
from modiste.search.measure.questions import reworded_questions
from modiste.search.query.understood import understand
from modiste.search.query.vocabulary import Vocabulary, build_vocabulary

Scores = npt.NDArray[np.float32]
Way = Callable[[Sequence[str], str], Scores]
"""Gives for texts and an attribute the closeness of each value, `[n_texts, n_values]`."""
N_DESCRIBED, N_USERS, SEED = 600, 500, 1
QUERIES = (
    "red dress",
    "long sleeved striped top",
    "black jeans men",
    "navy wool jacket no stripes",
)


def plain_words(text: str) -> list[str]:
    """Give the words of a text in the singular, without any knowledge of synonyms."""
    words = map(singular, split_words(text))
    return [word for word in words if word not in SILENT]


class FastText:
    """fastText in the place of word vectors: a word is the sum of its runs of letters, too."""

    def __init__(self, sentences: Sequence[Sequence[str]], seed: int) -> None:
        """Learn with the settings of the word vectors."""
        from gensim.models import FastText as Model

        n_words = sum(map(len, sentences))
        epochs = int(np.clip(learning.SEEN // n_words, learning.LEAST, learning.MOST))
        model = Model(
            vector_size=learning.DIM,
            window=learning.WINDOW,
            negative=learning.NEGATIVES,
            min_count=learning.FEWEST,
            sample=learning.OFTEN,
            sg=1,
            seed=seed,
            workers=1,
            bucket=100_000,
            min_n=3,
            max_n=5,
        )
        read = Shuffled(sentences, seed, epochs + 1, None)
        model.build_vocab(read)
        model.train(read, total_examples=len(sentences), epochs=epochs)
        self.words, self.label = model.wv, "fastText"
        known = model.wv.key_to_index
        counts = np.array([model.wv.get_vecattr(word, "count") for word in known])
        self._share = dict(zip(known, (counts / counts.sum()).tolist(), strict=True))

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Give the vectors of texts, rare words counting more."""
        rows = [self._one(said_words(text)) for text in texts]
        return unit(np.array(rows, np.float32).reshape(-1, learning.DIM))

    def values(self, attribute: str, values: Sequence[str]) -> Vectors:
        """Give the vectors of values, as they stood in sentences."""
        own = [value_word(attribute, value) for value in values]
        known = self.words.key_to_index
        pairs = zip(own, values, strict=True)
        return unit(np.array([self._one([a] if a in known else said_words(b)) for a, b in pairs]))

    def _one(self, words: Sequence[str]) -> Any:
        if not words:
            return np.zeros(learning.DIM, np.float32)
        weights = [1e-3 / (1e-3 + self._share.get(word, 0.0)) for word in words]
        return np.asarray(weights) @ unit(np.array([self.words[word] for word in words]))


def values_of(items: pl.DataFrame, attribute: str) -> list[str]:
    """Give an attribute's values in their order."""
    found: list[str] = items[attribute].drop_nulls().unique().sort().to_list()
    return found


def by_overlap(read: Callable[[str], list[str]], items: pl.DataFrame) -> Way:
    """Compare texts with values by the parts that both have: the cosine of their counts."""

    def way(texts: Sequence[str], attribute: str) -> Scores:
        said = [Counter(read(text)) for text in texts]
        names = [Counter(read(value)) for value in values_of(items, attribute)]
        parts = {
            part: place for place, part in enumerate({p for one in [*said, *names] for p in one})
        }
        both = np.zeros((len(said) + len(names), max(1, len(parts))), np.float32)
        for row, counts in enumerate([*said, *names]):
            both[row, [parts[part] for part in counts]] = list(counts.values())
        both = unit(both)
        found: Scores = both[: len(said)] @ both[len(said) :].T
        return found

    return way


def runs(text: str) -> list[str]:
    """Cut a text's words into runs of three to five letters."""
    marked = [f"<{word}>" for word in plain_words(text)]
    return [
        word[start : start + length]
        for word in marked
        for length in (3, 4, 5)
        for start in range(len(word) - length + 1)
    ]


def by_vectors(ear: Any, items: pl.DataFrame) -> Way:
    """Compare texts with values by vectors alone."""

    def way(texts: Sequence[str], attribute: str) -> Scores:
        found: Scores = ear.texts(texts) @ ear.values(attribute, values_of(items, attribute)).T
        return found

    return way


def by_items(
    encoder: Any, vectors: Vectors, items: pl.DataFrame, learned: npt.NDArray[np.bool_]
) -> Way:
    """Compare texts with the mean vector of what is said of the items that have a value."""

    def way(texts: Sequence[str], attribute: str) -> Scores:
        names = values_of(items, attribute)
        place = {value: number for number, value in enumerate(names)}
        rows = [place.get(value, -1) for value in items[attribute].to_list()]
        used = learned & (np.array(rows) >= 0)
        sums = np.zeros((len(names), vectors.shape[1]), np.float32)
        np.add.at(sums, np.array(rows)[used], vectors[used])
        found: Scores = encoder.encode_words(texts) @ unit(sums).T
        return found

    return way


def by_reader(vocabulary: Vocabulary, items: pl.DataFrame) -> Way:
    """Read texts as search does: spelling, plurals and the thesaurus, no vectors."""

    def way(texts: Sequence[str], attribute: str) -> Scores:
        names = values_of(items, attribute)
        wished = [understand(text, vocabulary).wishes.get(attribute, {}) for text in texts]
        return np.array([[one.get(name, 0.0) for name in names] for one in wished], np.float32)

    return way


def by_finder(finder: AttributeFinder, items: pl.DataFrame) -> Way:
    """Ask as `modiste attributes` does."""

    def way(texts: Sequence[str], attribute: str) -> Scores:
        names = values_of(items, attribute)
        place = {value: number for number, value in enumerate(names)}
        scores = np.zeros((len(texts), len(names)), np.float32)
        for row, text in enumerate(texts):
            group = finder.find(text, 3).attributes.get(attribute, ())
            for rank, one in enumerate(group):
                scores[row, place[one.value]] = 1.0 - 0.1 * rank
        return scores

    return way


def hits(scores: Scores, right: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.float64]]:
    """Say whether the right value is first, or among the first three; what scores 0 is not told."""
    first = np.argsort(-scores, axis=1, kind="stable")[:, :3]
    told = np.take_along_axis(scores, first, 1) > 0
    hit = (first == right[:, None]) & told
    return {"top-1": hit[:, :1].any(1).astype(float), "top-3": hit.any(1).astype(float)}


def without_own(text: str, value: str) -> str:
    """Leave the words of a value out of a text, in whatever form they stand."""
    own = {*plain_words(value), *said_words(value)}
    words = split_words(text)
    return " ".join(w for w in words if singular(w) not in own and not own & {*said_words(w)})


def questions(
    dataset: Dataset, items: pl.DataFrame, judged: pl.DataFrame
) -> dict[str, tuple[list[str], list[str], npt.NDArray[np.int64]]]:
    """Give by part and attribute the texts, the right values, and what is resampled together."""
    asked = reworded_questions(judged, item_texts(dataset))
    found = {}
    answers = judged[np.argmax(asked.relevant, axis=1)] if len(asked) else judged.head(0)
    for attribute in ("kind", "colour"):
        if attribute in judged.columns and len(asked):
            found[f"in other words: {attribute}"] = (
                list(asked.texts),
                answers[attribute].to_list(),
                asked.pairs,
            )
    described = judged.filter(pl.col("description").is_not_null()).unique(
        "product_id", maintain_order=True
    )
    rng = np.random.default_rng(SEED)
    drawn = np.sort(rng.permutation(described.height)[:N_DESCRIBED])
    described = described[drawn]
    for attribute in ("kind", "pattern"):
        if attribute in items.columns and described.height:
            some = described.filter(pl.col(attribute).is_not_null())
            pairs = zip(some["name"], some["description"], some[attribute], strict=True)
            texts = [without_own(f"{name or ''} {said}", value) for name, said, value in pairs]
            units = np.arange(len(texts), dtype=np.int64)
            found[f"from descriptions: {attribute}"] = (texts, some[attribute].to_list(), units)
    return found


def measure_words(shop: Path, label: str | None, most: int) -> None:
    """Print a table of ways by parts."""
    dataset = open_shop(shop)
    items = collect(dataset.items).sort("item_idx")
    part = split_products(items["product_id"])
    judged, rest = items.filter(part == "judge"), items.filter(part != "judge")
    rest = rest.sample(min(most, rest.height), seed=SEED).sort("item_idx")
    unjudged = replace(dataset, items=lazy(rest))
    vocabulary = build_vocabulary(dataset)
    start = process_time()
    sentences = build_sentences(unjudged)
    learned = fit_word_vectors(sentences, SEED)
    print(f"skip-gram: {len(sentences):,} sentences, {process_time() - start:.0f} CPU-s")
    plain = [_plain_sentence(row, dataset.item_attributes) for row in rest.iter_rows(named=True)]
    plain = [list(words) for words in dict.fromkeys(map(tuple, plain))]
    bare = fit_word_vectors(plain, SEED)
    start = process_time()
    runs_too = FastText(sentences, SEED)
    print(f"fastText: {process_time() - start:.0f} CPU-s")
    ways: dict[str, Way] = {
        "the value's own words": by_overlap(plain_words, items),
        "runs of 3 to 5 letters": by_overlap(runs, items),
        "search's reader (thesaurus)": by_reader(vocabulary, items),
        "skip-gram, plain words": by_vectors(_Plain(bare), items),
        "skip-gram": by_vectors(learned, items),
        "fastText": by_vectors(runs_too, items),
        "reader, then skip-gram": by_finder(
            AttributeFinder.of(dataset, learned, vocabulary), items
        ),
        "reader, then fastText": by_finder(
            AttributeFinder.of(dataset, runs_too, vocabulary), items
        ),
    }
    chosen = choose_label(shop, "words", label)
    if chosen is not None:
        stored = read_vectors(shop, chosen)
        encoder = open_encoder(EncoderSpec.parse(str(stored.spec)), shop)
        ear = EncodedWords(encoder, chosen)
        rows = stored.rows(dataset, "words")
        vectors = np.zeros((items.height, encoder.dim), np.float32)
        vectors[rows["item_idx"].to_numpy()] = stored.of("words")[rows["row"].to_numpy()]
        kept = (part != "judge").to_numpy()
        ways |= {
            f"encoder {chosen}": by_vectors(ear, items),
            "the encoder, mean of items": by_items(encoder, vectors, items, kept),
            "reader, then the encoder": by_finder(
                AttributeFinder.of(dataset, ear, vocabulary), items
            ),
        }
    for name, (texts, right, units) in questions(dataset, items, judged).items():
        attribute = name.partition(": ")[2]
        names = values_of(items, attribute)
        place = {value: number for number, value in enumerate(names)}
        at = np.array([place[value] for value in right], np.int64)
        columns = {
            f"{way}/{key}": hit
            for way, ask in ways.items()
            for key, hit in hits(ask(texts, attribute), at).items()
        }
        print(f"\n{name} ({len(texts)} texts, {len(names)} values)")
        for way, found in figures(columns, units, SEED).items():
            told = "  ".join(
                f"{key} {found[key]:.3f} [{found[f'{key}_low']:.3f}, {found[f'{key}_high']:.3f}]"
                for key in ("top-1", "top-3")
            )
            print(f"  {way:32} {told}", flush=True)


class _Plain:
    """Word vectors that read texts without the thesaurus."""

    label = "plain words"

    def __init__(self, vectors: WordVectors) -> None:
        self.vectors = vectors

    def texts(self, texts: Sequence[str]) -> Vectors:
        return self.vectors.of_words([plain_words(text) for text in texts])

    def values(self, attribute: str, values: Sequence[str]) -> Vectors:
        return self.vectors.values(attribute, values)


def _plain_sentence(row: Mapping[str, Any], attributes: Sequence[str]) -> list[str]:
    texts = [row[name] for name in ("name", "description", *attributes) if row[name]]
    words = [word for text in texts for word in plain_words(text)]
    values = [value_word(name, row[name]) for name in attributes if row[name] is not None]
    return list(dict.fromkeys([*words, *values]))


def measure_match(shop: Path, photos: Sequence[Path]) -> None:
    """Print how long a match takes, and how often it gives what was bought."""
    matcher = Matcher.open(shop)
    users = _buyers(matcher.searcher.dataset)
    asked: dict[str, list[dict[str, Any]]] = {
        "words": [{"words": text} for text in QUERIES * 5],
    }
    if users:
        pairs = zip(QUERIES * 5, users[:20], strict=False)
        asked["words, for a user"] = [{"words": text, "user": user} for text, user in pairs]
    if photos:
        asked["photo"] = [{"photo": path} for path in photos[:20]]
        asked["photo and words"] = [{"photo": path, "words": "blue"} for path in photos[:20]]
    for name, calls in asked.items():
        matcher.match(**calls[0])  # loads what is loaded once
        seconds = []
        for call in calls:
            start = process_time()
            matcher.match(**call)
            seconds.append(process_time() - start)
        p50, p95 = np.quantile(seconds, [0.5, 0.95]) * 1000
        print(f"match by {name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms of CPU ({len(seconds)} calls)")
    if users:
        _measure_taste(matcher, users)


def _buyers(dataset: Dataset) -> list[str]:
    """Draw users with at least five different items before their last day."""
    rows = collect(dataset.interactions.select("user_idx", "item_idx", "day"))
    last = pl.col("day").max().over("user_idx")
    before = rows.filter(pl.col("day") < last).group_by("user_idx")
    enough = before.agg(pl.col("item_idx").n_unique().alias("n")).filter(pl.col("n") >= 5)
    ids = collect(dataset.users.select("user_idx", "user_id"))
    known: list[str] = enough.join(ids, on="user_idx").sort("user_idx")["user_id"].to_list()
    rng = np.random.default_rng(SEED)
    return [known[place] for place in rng.permutation(len(known))[:N_USERS].tolist()]


def _measure_taste(matcher: Matcher, users: Sequence[str]) -> None:
    """Ask for the kind of what a user bought last, on the shop as it stood before that day."""
    dataset, items = matcher.searcher.dataset, matcher.searcher.items
    ids = collect(dataset.users.select("user_idx", "user_id"))
    chosen = ids.filter(pl.col("user_id").is_in(list(users)))
    rows = collect(dataset.interactions).join(chosen, on="user_idx", how="left")
    last = pl.col("day").max().over("user_idx")
    held = pl.col("user_id").is_not_null() & (pl.col("day") == last)
    past = rows.filter(~held).drop("user_id")
    asked = rows.filter(held).unique("user_idx", keep="first", maintain_order=True)
    asked = asked.join(items.select("item_idx", "product_id", "kind"), on="item_idx")
    shown = replace(matcher.searcher, dataset=replace(dataset, interactions=lazy(past)))
    parts = ("all", "kind and colour", "price", "similar users")
    found: dict[str, list[bool]] = {name: [] for name in ("what sold", *parts)}
    for name in found:
        one = Matcher(shown)
        if name not in ("what sold", "all"):
            object.__setattr__(one, "purchases", _Part(one.purchases, name))
        for row in asked.iter_rows(named=True):
            user = None if name == "what sold" else row["user_id"]
            matches = one.match(row["kind"].lower(), user=user, k=10).matches
            found[name].append(row["product_id"] in [match.product_id for match in matches])
        share = np.mean(found[name])
        error = np.sqrt(share * (1 - share) / max(1, len(found[name])))
        print(
            f"taste, {name}: bought product among 10: {share:.3f} ± {1.96 * error:.3f} "
            f"({len(found[name])} users)",
            flush=True,
        )


class _Part:
    """One part of taste alone."""

    def __init__(self, purchases: Any, part: str) -> None:
        self._purchases, self._part = purchases, part
        self.sales = purchases.sales

    def of(self, user: str, items: Any) -> Any:
        liked = self._purchases.of(user, items)
        if liked is None:
            return None
        scores = {
            "kind and colour": sum(liked.shares.values()),
            "price": np.nan_to_num(liked.price, nan=0.5),
            "similar users": liked.alike,
        }
        return replace(liked, score=np.asarray(scores[self._part], np.float32))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--encoder", default=None)
    parser.add_argument("--photos", type=Path, default=None, help="A folder of JPEG photos.")
    parser.add_argument("--part", choices=("words", "match", "all"), default="all")
    parser.add_argument(
        "--learn", type=int, default=10**9, help="Learn from at most so many items."
    )
    given = parser.parse_args()
    if given.part != "match":
        measure_words(given.shop, given.encoder, given.learn)
    if given.part != "words":
        folder = sorted(given.photos.rglob("*.jpg")) if given.photos else []
        measure_match(given.shop, folder)
