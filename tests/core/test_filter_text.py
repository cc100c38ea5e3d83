"""The writing of filters."""

import pytest

from dagnet_realtime.core.filter_text import quote, read_terms
from dagnet_realtime.model.problem import Problem


def test_a_term_has_a_sign_a_key_an_operator_and_values() -> None:
    """FIL-1: `[-]key:value,value`."""
    (term,) = read_terms('-device:mobile,"old phone"')
    assert (term.negated, term.key, term.operator, term.values) == (True, "device", ":", ("mobile", "old phone"))


def test_a_bare_word_has_no_key() -> None:
    """FIL-1: a term without an operator is a word."""
    assert [term.key for term in read_terms('cart "Order Completed"')] == [None, None]


def test_values_are_quoted_only_where_needed() -> None:
    """FIL-7: plain text stays plain."""
    assert [quote(text) for text in ("mobile", "a b", 'say "hi"', "-x", "")] == ["mobile", '"a b"', '"say \\"hi\\""', '"-x"', '""']


def test_more_than_twenty_terms_are_refused() -> None:
    """FIL-8: the bound is named."""
    with pytest.raises(Problem, match="cannot be read") as refused:
        read_terms(" ".join("x" * 21))
    assert "20 are the most" in refused.value.detail
