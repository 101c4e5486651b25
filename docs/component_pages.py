"""The pages that tell of components, which configurations name, and of the tables' columns."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import typing
from collections.abc import Mapping
from typing import Any

import annotated_types

from docs.field_docs import class_docs, module_docs
from modiste import schema
from modiste.registry import Registry
from modiste.relevance.trip import RelevanceFit

KINDS = (
    ("Candidate sources", "modiste.candidates", "CANDIDATE_SOURCES"),
    ("Features", "modiste.features", "FEATURES"),
    ("Columns of demand", "modiste.demand.columns", "DEMAND"),
)
RELEVANCE = (
    "The section `[relevance]` fills the fit that the source `wardrobe` and the feature "
    "`relevance` share; its key `keep` (a whole number, 0: all) is how many pairs of each user's "
    "pool go on to the ranker, those of the highest relevance."
)
BOUNDS = (
    (annotated_types.Gt, "gt", ">"),
    (annotated_types.Ge, "ge", "≥"),
    (annotated_types.Lt, "lt", "<"),
    (annotated_types.Le, "le", "≤"),
)


def cell(text: str) -> str:
    """Make text fit a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def type_text(annotation: Any) -> str:
    """Give a field's type and bounds as a reader sees them: `int > 0`, one of `a`, `b`."""
    if typing.get_origin(annotation) is not typing.Annotated:
        if typing.get_origin(annotation) is typing.Literal:
            return "one of " + ", ".join(f"`{word}`" for word in typing.get_args(annotation))
        return str(getattr(annotation, "__name__", annotation)).replace("typing.", "")
    inner, *notes = typing.get_args(annotation)
    limits = []
    for note in notes:
        for limit in getattr(note, "metadata", [note]):
            limits += [
                f"{sign} {getattr(limit, name)}"
                for kind, name, sign in BOUNDS
                if isinstance(limit, kind)
            ]
    return " ".join([type_text(inner), *([" and ".join(limits)] if limits else [])])


def default_text(field: dataclasses.Field[Any]) -> str:
    """Give a field's default; pydantic keeps it in a `FieldInfo` of its own."""
    value = getattr(field.default, "default", field.default)
    factory = getattr(field.default, "default_factory", None) or field.default_factory
    if callable(factory):
        value = factory()
    if dataclasses.is_dataclass(value):
        return f"`{type(value).__name__}()`"
    return "required" if value in (dataclasses.MISSING, ...) else f"`{value!r}`"


def component_section(name: str, cls: type) -> list[str]:
    """Give a component's section: what it gives and its fields."""
    hints = typing.get_type_hints(cls, include_extras=True)
    docs = class_docs(cls)
    lines = [f"### {name}", "", inspect.getdoc(cls) or "", ""]
    if reason := getattr(cls, "reason", None):
        lines += [f"Shown as: *{reason}*.", ""]
    fields = dataclasses.fields(cls)
    if fields:
        lines += ["| field | takes | default | meaning |", "| --- | --- | --- | --- |"]
    for field in fields:
        takes, meaning = cell(type_text(hints[field.name])), cell(docs.get(field.name, ""))
        lines.append(f"| `{field.name}` | {takes} | {default_text(field)} | {meaning} |")
    return [*lines, ""] if fields else lines


def components_page() -> str:
    """Give docs/reference/components.md."""
    lines = [
        "# Components",
        "",
        "What a configuration can name, and the fields it can fill. A name is that of the module.",
        "",
    ]
    for title, package, attribute in KINDS:
        registry: Registry[Any] = getattr(importlib.import_module(package), attribute)
        lines += [f"## {title}", ""]
        for name in registry.names:
            lines += component_section(name, registry.get(name))
    lines += ["## Relevance", "", RELEVANCE, "", *component_section("fit", RelevanceFit)]
    return "\n".join(lines).rstrip() + "\n"


def tables_page() -> str:
    """Give docs/reference/tables.md."""
    docs = module_docs(schema)
    lines = ["# Tables", "", inspect.cleandoc(schema.__doc__ or ""), ""]
    for name, columns in vars(schema).items():
        if name.isupper() and isinstance(columns, Mapping):
            lines += [
                f"## {name.lower()}",
                "",
                docs[name],
                "",
                "| column | type |",
                "| --- | --- |",
            ]
            lines += [f"| `{column}` | {dtype.__name__} |" for column, dtype in columns.items()]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"
