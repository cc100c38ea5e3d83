"""Globs of the policy and of grants."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.globs import Globs, any_case, ascii_case, is_glob

CASES = json.loads((Path(__file__).parents[2] / "conformance/globs.json").read_text())["cases"]
FOLDS = {None: None, "ascii": ascii_case, "any": any_case}


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['pattern'][:20]} {case['name'][:20]}"
)
def test_a_glob_fits_what_the_vectors_say(case: dict[str, Any]) -> None:
    """RED-6: the whole name, in time linear in it: a matcher that tries again would not come to
    the end of the last vectors.
    """
    fold = FOLDS[case.get("case")]
    assert Globs([case["pattern"]], fold).matches(case["name"]) == case["fits"]
    assert Globs(["no such name", case["pattern"]], fold).matches(case["name"]) == case["fits"]


def test_no_pattern_fits_nothing() -> None:
    """RED-6: an empty list of patterns matches nothing and is falsy."""
    assert not Globs([])
    assert not Globs([]).matches("")
    assert Globs([""])
    assert [is_glob(pattern) for pattern in ("plan", "pl?n", "pl*n")] == [False, True, True]


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=10))
def test_a_glob_fits_what_trying_every_run_finds(pattern: str, name: str) -> None:
    """RED-6: matching agrees with trying every run of characters."""
    assert Globs([pattern]).matches(name) == _tried(pattern, name)


@given(st.text())
def test_a_name_of_any_characters_fits_itself_and_a_star(name: str) -> None:
    """RED-6: nothing in a name is special but the two signs."""
    plain = name.replace("*", "").replace("?", "")
    assert Globs([plain]).matches(plain)
    assert Globs([plain], any_case).matches(plain.upper())
    assert Globs(["*"]).matches(name)


def test_every_difference_of_case_is_taken_out_beside_any_character() -> None:
    """RED-6: a character folds to the same in every place, so that a name cannot escape a denial
    by what follows it.
    """
    cased = [
        char
        for char in map(chr, range(sys.maxunicode + 1))
        if char.lower() != char or char.upper() != char
    ]
    assert not [
        char
        for char in cased
        if any_case(f"a{char}") != "A" + any_case(char)
        or any_case(f"{char}a") != any_case(char) + "A"
    ]


def _tried(pattern: str, name: str) -> bool:
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(_tried(pattern[1:], name[start:]) for start in range(len(name) + 1))
    return bool(name) and pattern[0] in ("?", name[0]) and _tried(pattern[1:], name[1:])
