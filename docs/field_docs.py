"""Reads what the text below a name says: Python keeps no docstrings of fields."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable
from types import ModuleType


def text_below_names(body: Iterable[ast.stmt]) -> dict[str, str]:
    """Give for each assigned name the string that follows its assignment, on one line."""
    found: dict[str, str] = {}
    name = None
    for statement in body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            if name is not None and isinstance(statement.value.value, str):
                found[name] = " ".join(statement.value.value.split())
            name = None
        else:
            name = None
    return found


def module_docs(module: ModuleType) -> dict[str, str]:
    """Give the text below each annotated name of a module."""
    return text_below_names(ast.parse(inspect.getsource(module)).body)


def class_docs(cls: type) -> dict[str, str]:
    """Give the text below each field of a class, those it inherits included."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.partition(".")[0] != "modiste":
            continue
        node = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        if isinstance(node, ast.ClassDef):
            found.update(text_below_names(node.body))
    return found
