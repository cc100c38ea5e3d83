"""Pseudonyms."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.tokens import Tokens, is_token
from dagnet_realtime.model.channel import Channel

VECTORS = json.loads((Path(__file__).parents[2] / "conformance/tokens.json").read_text())
CASES = VECTORS["cases"]
ACME = Channel("acme", "prod")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_tokens_are_those_of_the_vectors(case: dict) -> None:
    """RED-7: keyed, per channel and period. RED-8: across a change both. RED-9: one space for a person's identifiers."""
    tokens = Tokens(Channel(case["workspace"], case["env"]), bytes.fromhex(case["key"]), case["rotation"])
    assert list(tokens.of(case["kind"], case["value"], case["at"])) == case["tokens"]


@pytest.mark.parametrize("form", VECTORS["forms"], ids=lambda form: form["text"])
def test_a_token_is_known_by_its_form(form: dict) -> None:
    """WEB-40: exactly, so that no identifier is taken for one."""
    assert is_token(form["text"]) == form["server"]


def test_the_token_does_not_depend_on_what_was_asked_before() -> None:
    """RED-8: whichever way time moves."""
    walked = Tokens(ACME, b"key", 3600)
    for at in (10**12, 10**12 + 3_600_000, 10**12 + 100, 10**12 + 1_900_000, 5, 10**12):
        assert walked.of("userId", "u", at) == Tokens(ACME, b"key", 3600).of("userId", "u", at)


def test_every_moment_shares_a_token_with_the_next() -> None:
    """RED-8: so that a trace is one trace across a change of keys."""
    tokens = Tokens(ACME, b"key", 7200)
    moments = range(10**12, 10**12 + 4 * 7_200_000, 600_000)
    for before, after in pairwise(moments):
        assert set(tokens.of("userId", "u", before)) & set(tokens.of("userId", "u", after))


@given(st.text(), st.text(), st.integers(0, 2**45), st.floats(0, 10**8))
def test_any_text_has_a_short_plain_token(kind: str, value: str, at: int, rotation: float) -> None:
    """RED-7: fourteen characters of plain ASCII."""
    for token in Tokens(ACME, b"key", rotation).of(kind, value, at):
        assert len(token) == 14
        assert token[1] == "_"
        assert token.isascii()
