"""The words of the catalogue's descriptions as a cloud: the larger, the more products use it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from modiste.errors import MissingExtraError
from modiste.report.parts import Chart
from modiste.report.theme import NARROW, WIDE

try:
    from matplotlib import font_manager
    from PIL import ImageFont
    from wordcloud import STOPWORDS, WordCloud
except ModuleNotFoundError as error:
    raise MissingExtraError("wordcloud", extra="report") from error

N_WORDS = 70
_HEIGHTS = {NARROW: 260, WIDE: 250}


def word_cloud(counts: Mapping[str, int]) -> Chart | None:
    """Draw a word cloud as SVG text.

    Args:
        counts: Word and number of products; common English words are left out.

    Returns:
        None where no word is left.
    """
    kept = {word: n for word, n in counts.items() if n > 0 and word not in STOPWORDS}
    kept = dict(list(kept.items())[:N_WORDS])
    if not kept:
        return None
    first = list(kept)[:8]
    return Chart(
        title="Words of the descriptions",
        reading="The larger a word, the more products have it in their description; place and "
        "colour mean nothing.",
        svg=_cloud(kept, NARROW),
        wide_svg=_cloud(kept, WIDE),
        alt=f"The most frequent words are {', '.join(first)}.",
    )


def _cloud(counts: Mapping[str, int], width: int) -> str:
    font = font_manager.findfont("DejaVu Sans")
    height = _HEIGHTS[width]
    cloud = WordCloud(
        font_path=font,
        width=width,
        height=height,
        margin=3,
        prefer_horizontal=1.0,
        min_font_size=10,
        max_font_size=52,
        relative_scaling=0.4,
        random_state=7,
    ).generate_from_frequencies(dict(counts))
    parts = [f'<svg aria-hidden="true" focusable="false" viewBox="0 0 {width} {height}">']
    for (word, _), size, (row, column), _, _ in cloud.layout_:
        # The reader's font is another than the one measured with: `textLength` keeps the place.
        measured = ImageFont.truetype(font, size)
        length, ascent = measured.getlength(word), measured.getmetrics()[0]
        parts.append(
            f'<text x="{column}" y="{row + ascent}" textLength="{length:.1f}" '
            f'lengthAdjust="spacingAndGlyphs" style="font-size: {size}px; '
            f'fill: var(--series-{1 + len(parts) % 4})">{escape(word)}</text>'
        )
    return "\n".join([*parts, "</svg>"])
