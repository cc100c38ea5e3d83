"""Modules are small, say what they are, use the vocabulary, and each has its test."""

import ast
import re
from pathlib import Path

from tests.architecture.sources import PACKAGE, ROOT, named, python_modules, typescript_modules

FORBIDDEN = {
    "manager",
    "handler",
    "helper",
    "util",
    "utils",
    "common",
    "base",
    "service",
    "processor",
    "data",
    "info",
    "object",
    "process",
    "do",
}
TESTED = ("engine", "tap", "app", "function")
"""Packages of the browser side whose every module has its test."""

UNTESTED = {"src/dagnet_realtime/__main__.py"}
"""Run as a program by tests/cli/test_main.py."""


def test_python_modules_are_at_most_300_lines() -> None:
    assert not {named(path): lines for path in python_modules() if (lines := path.read_text().count("\n")) > 300}


def test_typescript_modules_are_at_most_600_lines() -> None:
    assert not {named(path): lines for path in typescript_modules() if (lines := path.read_text().count("\n")) > 600}


def test_every_module_says_what_it_is_and_every_public_part_too() -> None:
    silent = {}
    for path in python_modules():
        tree = ast.parse(path.read_text())
        names = [node.name for node in _public(tree) if not ast.get_docstring(node) and not _trivial(node)]
        if names or not ast.get_docstring(tree):
            silent[named(path)] = names
    assert not silent


def test_every_typescript_module_says_what_it_is() -> None:
    assert not [named(path) for path in typescript_modules() if not re.match(r"\s*(?:/\*\*|//)", path.read_text())]


def _public(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    found: list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            found.append(node)
            if isinstance(node, ast.ClassDef):
                found += _public(node)
    return found


def _trivial(node: ast.AST) -> bool:
    """Whether it is a protocol's `...`, whose class says what it is for."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and isinstance(node.body[-1], ast.Expr) and len(node.body) == 1


def test_every_python_module_has_its_test() -> None:
    missing = []
    for path in python_modules():
        inside = path.relative_to(PACKAGE)
        expected = ROOT / "tests" / inside.parent / f"test_{inside.name}"
        if not (named(path) in UNTESTED or _only_values(path) or expected.is_file()):
            missing.append(named(expected))
    assert not missing


def _only_values(path: Path) -> bool:
    """Whether it declares shapes alone: no function of it has a body that runs."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return all(isinstance(node.body[-1], ast.Expr) for node in functions) and path.parent.name in ("model", "ports")


def test_every_typescript_module_has_its_test() -> None:
    missing = []
    for path in typescript_modules():
        package, inside = path.parts[len(ROOT.parts) + 1], "/".join(path.parts[path.parts.index("src") + 1 :])
        expected = ROOT / "web" / package / "test" / re.sub(r"\.ts$", ".test.ts", inside)
        needed = package in TESTED and path.suffix == ".ts" and path.name != "index.ts" and not _only_types(path)
        if needed and not expected.is_file() and not expected.with_suffix(".tsx").is_file():
            missing.append(named(expected))
    assert not missing


def _only_types(path: Path) -> bool:
    """Whether nothing of it is left when it runs."""
    exports = re.findall(r"^export (?:default )?(?:async )?(\w+)", path.read_text(), re.MULTILINE)
    return all(word in ("type", "interface", "declare") for word in exports)


def test_modules_and_classes_are_named_in_the_vocabulary() -> None:
    wrong = {}
    for path in (*python_modules(), *typescript_modules()):
        names = {*re.split(r"[._-]", path.name), *path.relative_to(ROOT).parent.parts}
        text = path.read_text()
        names |= {word for name in re.findall(r"\b(?:class|interface|type) (\w+)", text) for word in re.findall(r"[A-Z][a-z]+", name)}
        if found := {name.lower() for name in names} & FORBIDDEN:
            wrong[named(path)] = found
    assert not wrong
