"""Reads a page as a browser would: its elements, its text, and faults in its structure."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "hr", "link", "input"}


@dataclass
class Element:
    """One element as it was opened."""

    tag: str
    attributes: dict[str, str | None]
    parents: tuple[str, ...]


@dataclass
class Outline(HTMLParser):
    """All elements of a page."""

    page: str
    elements: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the whole page."""
        super().__init__(convert_charrefs=True)
        self.feed(self.page)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self._open]

    __hash__ = object.__hash__

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and open it."""
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> repeats an attribute: {names}")
        self.elements.append(Element(tag, dict(attrs), tuple(self._open)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element of SVG that closes itself."""
        self.elements.append(Element(tag, dict(attrs), tuple(self._open)))

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which must be this one."""
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Keep text that is read, not style."""
        if not self._open or self._open[-1] != "style":
            self.text.append(data)

    def all(self, tag: str) -> list[Element]:
        """Give the elements of one tag."""
        return [element for element in self.elements if element.tag == tag]

    def words(self) -> str:
        """Give all text with single spaces."""
        return " ".join(" ".join(self.text).split())
