"""Prose keeps to plain words: docstrings, comments and the sentences that users read."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import (
    named,
    python_modules,
    python_tests_and_tools,
    typescript_modules,
    typescript_tests,
)

HABITS = (
    re.compile(r"\b(who|what|which|whom)ever\b", re.IGNORECASE),
    re.compile(r"\b(some|no)body\b", re.IGNORECASE),
    re.compile(r"\b(is|are|was) told\b", re.IGNORECASE),
    re.compile(r"(\b(None|null|undefined|False|True|empty)|`Problem\([^)]*\)`) where\b"),
    re.compile(
        r"\bwhere (there (is|are) (no|none)|it is missing|that (is|was) not)\b", re.IGNORECASE
    ),
)
"""Words that a reader stumbles over, and “where” that means “if”."""
TITLE = re.compile(r'(?:\b(?:it|test|describe)(?:\.\w+)*|\])\)?\(\s*["`]((?:[^"`\\]|\\.)*)["`]')
LONGEST = 100


def prose_of_python(source: str, *, literals: bool = True) -> Iterator[tuple[int, str]]:
    """Each line of prose in a Python module, with its number.

    Prose is docstrings, comments and, if `literals`, the other texts of several words.
    """
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("# ")
    for node in ast.walk(ast.parse(source)):
        text = node if literals else node.value if isinstance(node, ast.Expr) else None
        if (
            isinstance(text, ast.Constant)
            and isinstance(text.value, str)
            and text.value.count(" ") > 1
        ):
            for number, line in enumerate(text.value.splitlines(), text.lineno):
                yield number, line.strip()


def prose_of_typescript(source: str) -> Iterator[tuple[int, str]]:
    """Each line of a comment in a TypeScript module, with its number."""
    for found in re.finditer(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", source, re.DOTALL):
        first = source.count("\n", 0, found.start()) + 1
        for number, line in enumerate(found.group().splitlines(), first):
            yield number, line.strip().strip("/* ")


def titles_of_typescript(source: str) -> Iterator[tuple[int, str]]:
    """The title of each test and of each group of tests in TypeScript, with its line's number."""
    for found in TITLE.finditer(source):
        yield source.count("\n", 0, found.end()) + 1, found[1]


def habits(lines: Iterator[tuple[int, str]]) -> list[str]:
    """What of the prose uses one of the words to avoid."""
    return [
        f"{number}: {line}" for number, line in lines if any(habit.search(line) for habit in HABITS)
    ]


def suspects(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """The sources in which a word to avoid stands anywhere: only these need to be parsed."""
    for path in paths:
        source = path.read_text()
        if any(habit.search(source) for habit in HABITS):
            yield path, source


def test_prose_of_python_avoids_the_habits() -> None:
    wrong = {
        named(path): found
        for path in python_modules()
        if (found := habits(prose_of_python(path.read_text())))
    }
    assert not wrong


def test_docstrings_and_comments_of_tests_and_tools_avoid_the_habits() -> None:
    """Other texts of tests are data, which may be anything."""
    wrong = {
        named(path): found
        for path, source in suspects(python_tests_and_tools())
        if (found := habits(prose_of_python(source, literals=False)))
    }
    assert not wrong


def test_prose_of_typescript_avoids_the_habits() -> None:
    wrong = {
        named(path): found
        for path in typescript_modules()
        if (found := habits(prose_of_typescript(path.read_text())))
    }
    assert not wrong


def test_titles_and_comments_of_typescript_tests_avoid_the_habits() -> None:
    wrong = {
        named(path): found
        for path, source in suspects(typescript_tests())
        if (found := habits(prose_of_typescript(source)) + habits(titles_of_typescript(source)))
    }
    assert not wrong


def test_titles_of_typescript_are_found() -> None:
    source = (
        'it("one", f);\ndescribe(`two`, f);\nit.each([\n  [1],\n])("three %s", f);\nsay("four");'
    )
    assert list(titles_of_typescript(source)) == [(1, "one"), (2, "two"), (5, "three %s")]


def test_lines_of_typescript_comments_are_at_most_100_characters() -> None:
    def long(path: Path) -> list[int]:
        lines = path.read_text().splitlines()
        numbers = {number for number, _ in prose_of_typescript(path.read_text())}
        return [number for number in sorted(numbers) if len(lines[number - 1]) > LONGEST]

    assert not {named(path): found for path in typescript_modules() if (found := long(path))}


@pytest.mark.parametrize(
    "line",
    [
        "Whoever asks is told.",
        "null where the browser forbids it",
        'Raises `Problem("gone")` where it ended',
        "nobody watches",
    ],
)
def test_the_habits_are_found(line: str) -> None:
    assert habits(iter([(1, line)]))


def test_docstrings_are_prose_and_other_literals_are_if_asked() -> None:
    source = 'def f():\n    """It is nobody\'s."""\n    return "nobody is there"  # or somebody\n'
    found = {line for line, _ in prose_of_python(source, literals=False)}
    assert found == {2, 3}
    assert len(habits(prose_of_python(source, literals=False))) == 2
    assert len(habits(prose_of_python(source))) == 3


def test_plain_words_are_not() -> None:
    assert not habits(
        iter(
            [
                (1, "Returns None if the folder does not exist."),
                (2, "The place where the file lies."),
            ]
        )
    )
