"""Shapes of personal values."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.shapes import card, personal_text, plain

VALUES = json.loads((Path(__file__).parents[2] / "conformance/redaction.json").read_text())["values"]
PERSONAL = [case["value"] for case in VALUES if case["personal"] and isinstance(case["value"], str)]
FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789@.+"} | {ord(" "): 0x3000}


def test_the_vectors_hold_what_is_personal_and_what_is_not() -> None:
    """RED-3: neither half may be empty of shapes."""
    assert len(PERSONAL) > 100
    assert sum(not case["personal"] for case in VALUES) > 100


@pytest.mark.parametrize("text", PERSONAL)
def test_an_encoding_hides_nothing(text: str) -> None:
    """RED-16: percent-encoding, twice over too, full-width signs, and what cannot be seen between two signs."""
    once = "".join(f"%{byte:02X}" for byte in text.encode())
    for written in (once, once.replace("%", "%25"), text.translate(FULL_WIDTH), "\u200b".join(text)):
        assert personal_text(written), written


@pytest.mark.parametrize(("written", "read"), [
    ("a%2540b", "a@b"),
    ("&amp;#64;", "@"),
    ("&commat;&period", "@."),
    ("\\u0040\\x40", "@@"),
    ("\u0664\u0967\U0001d7db", "413"),
    ("\u2011\u3002\u2044", "-./"),
    ("a\xadb\u200bc", "abc"),
    ("%ff%40", "\xff@"),
    ("&#99999999;&#1114112;", "&#99999999;&#1114112;"),
    ("50% off & more", "50% off & more"),
])  # fmt: skip
def test_a_text_is_read_as_a_person_reads_it(written: str, read: str) -> None:
    """RED-16: the view that shapes are searched in."""
    assert plain(written) == read


def test_a_card_is_known_by_its_issuer_its_length_and_its_check_digit() -> None:
    """RED-3: other long numbers are none."""
    assert card("4111111111111111")
    assert card("378282246310005")
    assert not card("4111111111111112")
    assert not card("3411111111111111")
    assert not card("1700000000000")


@given(st.text(alphabet=st.sampled_from("0123456789 -./()+@%&#;:,_abCD\u200b\u0665\uff11")))
def test_any_text_is_judged_and_stays_judged_once_it_is_plain(text: str) -> None:
    """RED-16: nothing raises, and what is plain already is read the same."""
    read = plain(plain(text))
    assert personal_text(read) in (True, False)
    assert plain(read) == plain(plain(read))
