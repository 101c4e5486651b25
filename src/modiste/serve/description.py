"""The page at /docs: the OpenAPI description as plain HTML that needs nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<main>
"""
_STYLE = """:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
h2, h3 { overflow-wrap: anywhere }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre, .wide { overflow-x: auto }
table { border-collapse: collapse }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0 }
section { border-top: 1px solid; padding-bottom: .5rem }
"""
_KEY = (
    "A server on loopback asks for no key. Another one takes "
    "<code>Authorization: Bearer KEY</code>; every answer that is no success is a "
    "<a href='#Fault'>Fault</a>."
)


def description_page(openapi: Mapping[str, Any]) -> str:
    """Write the page of an OpenAPI description."""
    info = openapi["info"]
    title = escape(f"{info['title']} {info['version']}")
    parts = [_HEAD.format(title=title), f"<h1>{title}</h1>", f"<p>{escape(info['summary'])}</p>"]
    parts += [f"<p>{_KEY}</p>", "<p><a href='/openapi.json'>openapi.json</a></p>"]
    operations = [
        (path, method, operation)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    ]
    parts.append("<nav aria-label='Operations'><ul>")
    parts += [
        f"<li><a href='#{operation['operationId']}'>{method.upper()} {escape(path)}</a></li>"
        for path, method, operation in operations
    ]
    parts.append("</ul></nav>")
    for path, method, operation in operations:
        parts += _operation(path, method, operation)
    parts.append("<h2>Shapes</h2>")
    for name, schema in openapi["components"]["schemas"].items():
        parts += _shape(name, schema)
    return "\n".join([*parts, "</main>", "</body>", "</html>", ""])


def description_style() -> str:
    """Give the page's style sheet."""
    return _STYLE


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<section id='{operation['operationId']}'>"
    yield f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
    for paragraph in operation.get("description", "").split("\n\n"):
        yield f"<p>{escape(paragraph)}</p>"
    if parameters := operation.get("parameters"):
        rows = [
            (one["name"], one["in"], _type(one["schema"]), _bounds(one["schema"]))
            for one in parameters
        ]
        yield from _table(("parameter", "in", "type", "bounds"), rows)
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<p>Body <code>{escape(media_type)}</code>: {_type(content['schema'])}</p>"
    for status, answer in operation["responses"].items():
        if not str(status).startswith("2"):
            continue
        kinds = [
            f"<code>{escape(media_type)}</code> {_type(content.get('schema', {}))}"
            for media_type, content in answer.get("content", {}).items()
        ]
        yield f"<p>{status}: {' or '.join(kinds)}</p>"
    others = [str(status) for status in operation["responses"] if not str(status).startswith("2")]
    yield f"<p>Otherwise {', '.join(others)}.</p></section>"


def _shape(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"<section id='{escape(name)}'><h3>{escape(name)}</h3>"
    if text := schema.get("description"):
        yield f"<p>{escape(text)}</p>"
    if values := schema.get("enum"):
        yield f"<p>{', '.join(f'<code>{escape(str(value))}</code>' for value in values)}</p>"
    needed = set(schema.get("required", ()))
    rows = [
        (field, _type(facts), _bounds(facts), "needed" if field in needed else "")
        for field, facts in schema.get("properties", {}).items()
    ]
    if rows:
        yield from _table(("field", "type", "bounds", ""), rows)
    yield "</section>"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Write a table; types hold links, so only names and bounds are escaped before."""
    yield "<div class='wide'><table><thead><tr>"
    yield "".join(f"<th scope='col'>{head}</th>" for head in heads)
    yield "</tr></thead><tbody>"
    for name, *cells in rows:
        yield f"<tr><td><code>{escape(name)}</code></td>"
        yield "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
    yield "</tbody></table></div>"


def _type(schema: Mapping[str, Any]) -> str:
    if reference := schema.get("$ref"):
        name = escape(reference.rpartition("/")[2])
        return f"<a href='#{name}'>{name}</a>"
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " or ".join(map(_type, schema[choice]))
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "additionalProperties" in schema and isinstance(schema["additionalProperties"], Mapping):
        return f"names to {_type(schema['additionalProperties'])}"
    return escape(kind + (f" ({schema['format']})" if "format" in schema else ""))


def _bounds(schema: Mapping[str, Any]) -> str:
    words = {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "minItems": "at least {} of them",
        "maxItems": "at most {} of them",
        "default": "by default {}",
    }
    inner = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    facts = {**(inner[0] if len(inner) == 1 else {}), **schema}
    told = [text.format(json.dumps(facts[name])) for name, text in words.items() if name in facts]
    return escape(", ".join(told))
