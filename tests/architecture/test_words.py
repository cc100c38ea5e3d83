"""What users read keeps to docs/reference/words.md: screens, messages, and the help of commands."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, named, python_modules, typescript_modules

PAGE = ROOT / "docs" / "reference" / "words.md"
SCREENS = tuple(ROOT / "web" / name / "src" for name in ("react", "app", "extension"))
LITERAL = re.compile(
    r'"((?:[^"\\\n]|\\.)*)"'  # "text"
    r"|`((?:[^`\\]|\\.)*)`"  # `text ${value}`
    r"|>([^<>{}\"`&\n]+)<"  # <b>text</b>
    r"|^[ ]*([^<>{}=;()\"`&\n]+)$",  # text on a line of its own
    re.MULTILINE,
)
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
CLASSES = re.compile(r"[\w.]*,?|[a-z]+( [a-z]+-[a-z-]+)+|\).*")
CODE_BEFORE = re.compile(r"className=\{?$|^import |from $")
CODE = re.compile(r"\$\{[^{}]*\}|`[^`]*`")
KEPT = {
    "web/app/src/ui/Help.tsx": {"Dark or light"},  # the theme
    "web/react/src/bar/CoverageLists.tsx": {"carried traces"},  # a value of the saved file
    "web/app/src/ui/traceFile.ts": {  # fields of the exported file
        "thinned: frameSums.thinned, sampled_out: frameSums.sampled_out,"
    },
    "src/dagnet_realtime/config/file.py": {"`lit`"},  # a value of the configuration
}
FORMATS = ("expect/", "tail_state.py", "metrics.py", "frame.py", "serverless/")
"""Python whose literals are formats or reports that keep their terms, as the page lists."""


def banned() -> list[re.Pattern[str]]:
    """The words of the page's last table."""
    table = PAGE.read_text().split("## Not used")[1]
    rows = re.findall(r"^\| (.+?) \| .+ \|$", table, re.MULTILINE)[1:]
    words = [word.strip() for row in rows for word in re.sub(r"\(.*?\)", "", row).split(",")]
    return [re.compile(rf"\b{re.escape(word)}s?\b", re.IGNORECASE) for word in words]


def texts_of_typescript(source: str) -> Iterator[tuple[int, str]]:
    """What a screen may show: texts between tags, and literals of several words."""
    plain = COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), source)
    for found in LITERAL.finditer(plain):
        line = source.count("\n", 0, found.start()) + 1
        text = CODE.sub(" ", next(group for group in found.groups() if group is not None)).strip()
        before = plain[: found.start()].rsplit("\n", 1)[-1]
        name = found.group()[0] in '"`' and " " not in text
        if not (name or CLASSES.fullmatch(text) or CODE_BEFORE.search(before)):
            yield line, text


def texts_of_python(source: str) -> Iterator[tuple[int, str]]:
    """Literals of several words; docstrings only if they are the help of a command."""
    tree = ast.parse(source)
    documents = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        shown = "Example:" in node.value if id(node) in documents else node.value.count(" ") > 1
        if shown and "{" not in node.value:
            yield node.lineno, node.value


def wrong(texts: Iterator[tuple[int, str]], path: Path) -> list[str]:
    """Which texts use a word that the page does not want."""
    patterns, kept = banned(), KEPT.get(named(path), set())
    return [
        f"{line}: {text}"
        for line, text in texts
        if not any(one in text for one in kept) and any(one.search(text) for one in patterns)
    ]


def test_screens_use_the_glossarys_words() -> None:
    found = {
        named(path): bad
        for path in typescript_modules()
        if any(path.is_relative_to(folder) for folder in SCREENS)
        and (bad := wrong(texts_of_typescript(path.read_text()), path))
    }
    assert not found


def test_messages_and_help_use_the_glossarys_words() -> None:
    found = {
        named(path): bad
        for path in python_modules()
        if not any(part in named(path) for part in FORMATS)
        and (bad := wrong(texts_of_python(path.read_text()), path))
    }
    assert not found


def test_pages_speak_of_people() -> None:
    """The words that a reader stumbles over stand in no page but the one that lists them."""
    vague = re.compile(r"\b(some|no)body\b|\b(who|whom)ever\b", re.IGNORECASE)
    pages = [path for path in (ROOT / "docs").rglob("*.md") if path != PAGE]
    found = {
        named(path): lines
        for path in pages
        if (lines := [line for line in path.read_text().splitlines() if vague.search(line)])
    }
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "<p>Nobody waits here.</p>",
        'const text = "Counted since On";',
        "const text = `of ${n} carried traces`;",
        "    <b>\n      3 jumps\n    </b>",
    ],
)
def test_a_word_that_is_not_wanted_is_found(source: str) -> None:
    assert wrong(texts_of_typescript(source), PAGE)


@pytest.mark.parametrize(
    "source",
    [
        '<span className="square square-dark">3</span>',
        '// nobody reads comments\nconst jump = state.jumps["lit"];',
        'import { lit } from "./jump things.ts";',
    ],
)
def test_code_is_not_taken_for_text(source: str) -> None:
    assert not wrong(texts_of_typescript(source), PAGE)
