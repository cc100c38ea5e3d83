"""Filters: the vectors that both languages run, hostile text, and the canonical text."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.filter import parse_filter, quote, read_terms
from dagnet_realtime.model.event import Entry, Token
from dagnet_realtime.model.graph import Node
from dagnet_realtime.model.problem import Problem

VECTORS = json.loads((Path(__file__).parents[2] / "conformance/filters.json").read_text())
NODES = msgspec.convert(VECTORS["nodes"], list[Node])


def entry_of(wire: dict[str, Any]) -> Entry:
    return Entry(
        id="m",
        type=wire["type"],
        name=wire["name"],
        names=(wire["name"],),
        occurred_at=0,
        arrived_at=0,
        segment_received_at=None,
        source=wire["source"],
        traces=tuple(Token(trace["kind"], trace["token"]) for trace in wire["traces"]),
        properties=wire["properties"],
        flags=tuple(wire["flags"]),
    )


@pytest.mark.parametrize(
    "vector",
    VECTORS["vectors"],
    ids=lambda vector: f"{vector['filter']} / {vector['entry']['name']}",
)
def test_a_filter_matches_as_the_vectors_say(vector: dict[str, Any]) -> None:
    """FIL-2, FIL-3, FIL-4, FIL-5, FIL-6: terms are ANDed, values ORed, each key compares in its own
    way.
    """
    view = parse_filter(vector["filter"]).resolved(NODES)
    assert view.matches(entry_of(vector["entry"]), tuple(vector["nodes"])) is vector["matches"]


@pytest.mark.parametrize("vector", VECTORS["canonical"], ids=lambda vector: vector["filter"])
def test_equal_filters_read_the_same(vector: dict[str, str]) -> None:
    """FIL-7: the canonical text is sorted, quoted only where needed, and reads back as itself."""
    view = parse_filter(vector["filter"])
    assert str(view) == vector["canonical"]
    assert parse_filter(str(view)) == view


@pytest.mark.parametrize("vector", VECTORS["errors"], ids=lambda vector: vector["filter"][:40])
def test_a_filter_that_cannot_be_read_names_the_term(vector: dict[str, Any]) -> None:
    """FIL-1, FIL-8: a refusal says which term and why."""
    with pytest.raises(Problem) as refused:
        parse_filter(vector["filter"])
    assert refused.value.code == vector["code"]
    assert refused.value.detail.startswith(
        f"Term {vector['term']}, " if vector["term"] else "The filter: "
    )


@given(st.text(max_size=60) | st.text(alphabet='ab-:~<>=?," \\1', max_size=40))
def test_any_text_is_a_filter_or_a_problem(text: str) -> None:
    """FIL-8: no text raises anything but a Problem, and what parses has a canonical form that reads
    back.
    """
    try:
        view = parse_filter(text)
    except Problem:
        return
    assert parse_filter(str(view)) == view


def test_a_filter_tells_which_properties_it_reads() -> None:
    """FIL-9: the paths are known, so that a filter on a property that may not be seen can be
    refused.
    """
    assert parse_filter("type:track price>1 -device:mobile properties.x? word").paths == {
        "price",
        "device",
        "properties.x",
    }


def test_a_term_has_a_sign_a_key_an_operator_and_values() -> None:
    """FIL-1: a term is `[-]key:value,value`."""
    (term,) = read_terms('-device:mobile,"old phone"')
    assert (term.negated, term.key, term.operator, term.values) == (
        True,
        "device",
        ":",
        ("mobile", "old phone"),
    )


def test_a_bare_word_has_no_key() -> None:
    """FIL-1: a term without an operator is a word."""
    assert [term.key for term in read_terms('cart "Order Completed"')] == [None, None]


def test_values_are_quoted_only_where_needed() -> None:
    """FIL-7: only text that needs it is quoted."""
    assert [quote(text) for text in ("mobile", "a b", 'say "hi"', "-x", "")] == [
        "mobile",
        '"a b"',
        '"say \\"hi\\""',
        '"-x"',
        '""',
    ]


def test_more_than_twenty_terms_are_refused() -> None:
    """FIL-8: the problem names the limit."""
    with pytest.raises(Problem, match="cannot be read") as refused:
        read_terms(" ".join("x" * 21))
    assert "20 are the most" in refused.value.detail
