"""Modules say what they are, and none is named for nothing."""

import ast
import re
import warnings

from tests.architecture.sources import ROOT, named, python_modules, typescript_modules

FORBIDDEN = {"util", "utils", "helper", "helpers", "misc"}
LONG = 600
"""Lines of a module from which on one should ask whether it is still one noun."""


class LongModuleWarning(UserWarning):
    """A module that may hold more than one noun."""


def test_long_modules_are_warned_of() -> None:
    for path in (*python_modules(), *typescript_modules()):
        if (lines := path.read_text().count("\n")) > LONG:
            warnings.warn(f"{named(path)} has {lines} lines", LongModuleWarning, stacklevel=1)


def test_every_module_says_what_it_is_and_every_public_part_too() -> None:
    silent = {}
    for path in python_modules():
        tree = ast.parse(path.read_text())
        names = [
            node.name
            for node in _public(tree)
            if not ast.get_docstring(node) and not _trivial(node)
        ]
        if names or not ast.get_docstring(tree):
            silent[named(path)] = names
    assert not silent


def test_every_typescript_module_says_what_it_is() -> None:
    assert not [
        named(path)
        for path in typescript_modules()
        if not re.match(r"\s*(?:/\*\*|//)", path.read_text())
    ]


def test_no_module_is_named_for_nothing() -> None:
    wrong = []
    for path in (*python_modules(), *typescript_modules()):
        words = {word.lower() for word in re.split(r"[._-]", path.name)} | set(
            path.relative_to(ROOT).parent.parts
        )
        if words & FORBIDDEN:
            wrong.append(named(path))
    assert not wrong


def _public(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    found: list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(
            node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ) and not node.name.startswith("_"):
            found.append(node)
            if isinstance(node, ast.ClassDef):
                found += _public(node)
    return found


def _trivial(node: ast.AST) -> bool:
    """Whether it is a protocol's `...`, whose class says what it is for."""
    return (
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and isinstance(node.body[-1], ast.Expr)
        and len(node.body) == 1
    )
