"""The words of a catalogue, indexed: BM25 over names, attributes and descriptions."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.artifacts import Store, fingerprint, read_manifest, verify
from modiste.encoders.thesaurus import canonical, fold, split_words
from modiste.errors import ArtifactError, MissingExtraError
from modiste.search.fields import WEIGHTS, Progress, canonical_table, id_forms, text_table

if TYPE_CHECKING:
    import tantivy

TIE = 0.2
"""Share of the other fields' scores that is added to the best field's."""
PHRASE = 2.0
"""Weight of the query's words standing in a name side by side."""
PREFIX, FUZZY = 0.7, 0.5
"""Weights of a word that begins with the asked one, and of one that is spelt nearly like it."""
MOST_WORDS = 64
"""Further words of a query are not looked up."""
FEW = 1000
"""A filter that leaves so few items is put into the query; one that leaves more is applied to the
best matches, which are asked for in growing number until enough are left."""
_LAYOUT = 3
"""Part of the key of stored indexes: raise it when fields or analysis change."""

Words = Sequence[Mapping[str, float]]
"""The words of a query: for each the stems that may stand for it, with their weights."""
Matches = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]
"""Positions of items (`item_idx`) and BM25 scores, best first, ties by position."""


class WordIndex:
    """Finds items by words; safe to read from many threads."""

    def __init__(self, index: tantivy.Index, n_items: int) -> None:
        self._index = index
        self._schema = index.schema
        self._searcher = index.searcher()
        self.n_items = n_items
        self._analyzer = _analyzer()

    @classmethod
    def open(
        cls,
        items: pl.DataFrame,
        attributes: Sequence[str],
        cache: Path | None,
        progress: Progress | None = None,
    ) -> WordIndex:
        """Open the stored index of a catalogue, or make it: some 15 seconds for 100,000 items.

        What is stored is compared with its hashes first; an index that was altered, or of other
        items, is made anew. Where nothing can be written it is kept in memory.

        Args:
            items: The catalogue by `item_idx`.
            attributes: Its attributes' columns.
            cache: The store's folder; None: keep it in memory.
            progress: Told how much of an index is made.
        """
        _tantivy()
        table = text_table(items, attributes)
        if cache is None:
            return cls(_built(table, None, progress), table.height)
        try:
            index = _kept(table, Store(cache, "word index"), progress)
        except (OSError, ArtifactError, ValueError):
            index = _built(table, None, progress)
        return cls(index, table.height)

    def stems(self, text: str) -> list[str]:
        """Give the stems of a text's words, in order; words that say nothing are left out.

        Words that mean the same in fashion have the same stems.
        """
        return self._analyzer.analyze(canonical(text))

    @cached_property
    def terms(self) -> dict[str, int]:
        """Count for each stem of the catalogue the places (item and field) it stands in."""
        found: dict[str, int] = {}
        for field in WEIGHTS:
            for term, count in self._searcher.terms_with_prefix(field, ""):
                found[term] = found.get(term, 0) + count
        return found

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.terms)

    def word(self, stem: str) -> dict[str, float]:
        """Give the catalogue's stems for an asked one: itself, else those that begin with it.

        An empty answer means that the catalogue has no such word; `find` then looks for stems that
        are spelt nearly like it.
        """
        if stem in self.terms:
            return {stem: 1.0}
        if len(stem) < 3:
            return {}
        start = bisect_left(self._sorted, stem)
        stop = bisect_left(self._sorted, stem + chr(0x10FFFF))
        longer = {term: self.terms[term] for term in self._sorted[start:stop]}
        best = sorted(longer.items(), key=lambda found: (-found[1], found[0]))[:8]
        # BM25 prefers the rare, who types three letters means the frequent: jeans, no Jeanette.
        return {term: PREFIX * count / best[0][1] for term, count in best}

    def words(self, text: str) -> list[dict[str, float]]:
        """Give a text's words for `find`, each once; a word the catalogue lacks stays as it is."""
        stems = list(dict.fromkeys(self.stems(text)))[:MOST_WORDS]
        return [self.word(stem) or {stem: FUZZY} for stem in stems]

    def find(self, words: Words, k: int, allowed: npt.NDArray[np.bool_] | None = None) -> Matches:
        """Find the items that match best; one that matches any of the words is a match.

        Args:
            words: The words, see `words`.
            k: Items at most.
            allowed: Which items may be found, `[n_items]`; None: all.
        """
        if k < 1 or not words or not self.n_items:
            return _NOTHING
        query = self._query(words)
        if allowed is None:
            return self._ask(query, k)
        n_allowed = int(allowed.sum())
        if n_allowed == 0:
            return _NOTHING
        if n_allowed <= FEW:
            return self._ask(self._within(query, np.flatnonzero(allowed)), k)
        limit = int(1.3 * k * self.n_items / n_allowed) + k
        while True:
            positions, scores = self._ask(query, limit)
            kept = np.flatnonzero(allowed[positions])[:k]
            if len(kept) == k or len(positions) < limit:
                return positions[kept], scores[kept]
            limit *= 8

    def containing(self, words: Words) -> npt.NDArray[np.int64]:
        """Give the positions of all items that hold any of the words."""
        return self.find(words, self.n_items)[0] if self.n_items else _NOTHING[0]

    def exact(self, text: str) -> npt.NDArray[np.int64]:
        """Give the items whose id, product or whole name is the text, or whose id is in it.

        Zeros before an id may be missing or too many: spreadsheets take them off.
        """
        import tantivy

        whole = " ".join(fold(text).split())
        parts = {*whole.split()[:MOST_WORDS], *split_words(text)[:MOST_WORDS]}
        ids = [part for part in parts if any(map(str.isdigit, part))]
        ids = list(dict.fromkeys(form for word in (whole, *ids) for form in id_forms(word)))
        asked = [("named", " ".join(split_words(text))), *(("ids", word) for word in ids)]
        should = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, field, value, "basic"))
            for field, value in asked
            if value
        ]
        if not should or not self.n_items:
            return _NOTHING[0]
        return np.sort(self._ask(tantivy.Query.boolean_query(should), self.n_items)[0])

    def nearest_names(
        self, text: str, k: int, allowed: npt.NDArray[np.bool_] | None = None
    ) -> Matches:
        """Find the items whose names share most runs of three letters with a text."""
        import tantivy

        make = tantivy.Query
        runs = dict.fromkeys(_run_analyzer().analyze(" ".join(split_words(text))[:200]))
        if not runs or not self.n_items:
            return _NOTHING
        should = [
            (tantivy.Occur.Should, make.term_query(self._schema, "runs", run, "basic"))
            for run in runs
        ]
        # More than one run: a single one is chance.
        found = make.boolean_query(should, min(2, len(runs)))
        if allowed is not None:
            found = self._within(found, np.flatnonzero(allowed))
        return self._ask(found, k)

    def _ask(self, query: tantivy.Query, limit: int) -> Matches:
        hits = self._searcher.search(query, limit=min(limit, self.n_items), count=False).hits
        places = self._searcher.fast_field_values("item", [address for _, address in hits])
        positions = np.asarray(places, np.int64)
        scores = np.asarray([score for score, _ in hits], np.float32)
        order = np.lexsort((positions, -scores))
        return positions[order], scores[order]

    def _query(self, words: Words) -> tantivy.Query:
        """Build the query from terms: nothing that a user types is ever parsed as syntax."""
        import tantivy

        make = tantivy.Query
        any_of = [(tantivy.Occur.Should, self._one(word)) for word in words]
        firsts = [next(iter(word)) for word in words]
        if 1 < len(firsts) <= 8:
            phrase = make.phrase_query(self._schema, "name", list(firsts))
            any_of.append((tantivy.Occur.Should, make.boost_query(phrase, PHRASE)))
        return make.boolean_query(any_of)

    def _one(self, word: Mapping[str, float]) -> tantivy.Query:
        import tantivy

        make = tantivy.Query
        ways = []
        for stem, weight in word.items():
            for field, worth in WEIGHTS.items():
                if stem in self.terms:
                    found = make.term_query(self._schema, field, stem, "freq")
                else:  # one letter wrong, two in a long word; none in a short one or a number
                    wrong = 0 if len(stem) < 4 or stem.isdigit() else 1 if len(stem) < 8 else 2
                    found = make.fuzzy_term_query(self._schema, field, stem, wrong)
                ways.append(make.boost_query(found, worth * weight))
        return make.disjunction_max_query(ways, TIE)

    def _within(self, query: tantivy.Query, positions: npt.NDArray[np.int64]) -> tantivy.Query:
        import tantivy

        make, must = tantivy.Query, tantivy.Occur.Must
        some = make.term_set_query(self._schema, "item", positions.tolist())
        return make.boolean_query([(must, query), (must, make.boost_query(some, 0.0))])


_NOTHING: Matches = (np.empty(0, np.int64), np.empty(0, np.float32))


def _tantivy() -> Any:
    try:
        import tantivy
    except ImportError:
        raise MissingExtraError("tantivy", extra="search") from None
    return tantivy


def _analyzer() -> tantivy.TextAnalyzer:
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(40),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stopword("english"),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def _run_analyzer() -> tantivy.TextAnalyzer:
    """Cut text into runs of three letters: names are compared by them when no word is known."""
    import tantivy

    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(3, 3)).build()


def _key(table: pl.DataFrame) -> str:
    rows = table.hash_rows(seed=_LAYOUT)
    content = [
        int(rows.sum() or 0),
        rows.len(),
        int((rows % 65_521 * table["item_idx"]).sum() or 0),
    ]
    return fingerprint([_LAYOUT, _tantivy().__version__, content])


def _kept(table: pl.DataFrame, store: Store, progress: Progress | None) -> tantivy.Index:
    """Open the stored index of a table; make it and store it where there is none, or a bad one."""
    key = _key(table)
    with suppress(ArtifactError, ValueError):
        if (stored := _stored(store, key)) is not None:
            return stored
    with store.publish(key, {"key": key, "n_items": table.height}, keep=2) as folder:
        _built(table, folder, progress)
    made = _stored(store, key)
    return _built(table, None, progress) if made is None else made


def _stored(store: Store, key: str) -> tantivy.Index | None:
    """Open the current stored index if it is of that key; its hashes are checked first."""
    if store.current_name() is None or read_manifest(store.current()).get("key") != key:
        return None
    folder = store.current()
    verify(folder)
    index: tantivy.Index = _tantivy().Index.open(str(folder))
    index.register_tokenizer("words", _analyzer())
    index.register_tokenizer("runs", _run_analyzer())
    return index


def _built(
    table: pl.DataFrame, folder: Path | None, progress: Progress | None = None
) -> tantivy.Index:
    library = _tantivy()
    builder = library.SchemaBuilder()
    for field in WEIGHTS:
        builder.add_text_field(field, tokenizer_name="words", index_option="position")
    for field in ("named", "ids"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("runs", tokenizer_name="runs", index_option="basic")
    builder.add_unsigned_field("item", fast=True, indexed=True)
    index: tantivy.Index = library.Index(
        builder.build(), path=None if folder is None else str(folder)
    )
    index.register_tokenizer("words", _analyzer())
    index.register_tokenizer("runs", _run_analyzer())
    # One thread: items keep their order, and the same catalogue gives the same index.
    writer = index.writer(heap_size=128_000_000, num_threads=1)
    rows = canonical_table(table, progress)
    # The library takes one document at a time.
    for number, row in enumerate(rows.iter_rows(named=True), start=1):
        document = library.Document()
        document.add_unsigned("item", row["item_idx"])
        for field in (*WEIGHTS, "named"):
            if row[field]:
                document.add_text(field, row[field])
        if row["named"]:
            document.add_text("runs", row["named"])
        for name in ("item_id", "product_id"):
            for form in id_forms(" ".join(fold(row[name]).split())):
                document.add_text("ids", form)
        writer.add_document(document)
        if progress is not None and number % 1000 == 0:
            progress("index words", 0.5 + 0.5 * number / len(rows))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index
