"""Redaction: which properties of an event are kept, and what counts as personal."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.redaction import (
    MAX_LIST,
    MAX_PROPERTIES,
    MAX_TEXT,
    NAMED,
    PAIRS,
    REDACTED,
    STEMS,
    WORDS,
    Redaction,
    clean_names,
    clean_text,
    is_card_number,
    normalise,
    personal_name,
    personal_text,
    personal_value,
)

VECTORS = json.loads((Path(__file__).parents[2] / "conformance/redaction.json").read_text())


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_properties_are_kept_as_the_vectors_say(case: dict) -> None:
    """RED-1: the allow-list, personal names, bounds. RED-3: personal values. RED-6: denial."""
    redaction = Redaction(case["allow"], case["deny"], case["needed"])
    assert redaction.apply(case["input"]) == case["output"]
    assert redaction.apply(case["input"]) == case["output"], "a second time, from memory"


@pytest.mark.parametrize("case", VECTORS["texts"], ids=lambda case: case["text"][:40])
def test_texts_are_cleaned_as_the_vectors_say(case: dict) -> None:
    """RED-1: URLs lose what follows their path; length."""
    assert clean_text(case["text"]) == case["kept"]


@pytest.mark.parametrize("case", VECTORS["event_names"], ids=lambda case: str(case["given"])[:40])
def test_what_names_an_event_is_cleaned_as_the_vectors_say(case: dict) -> None:
    """RED-3: names of events are cleaned too, also if only category and name together
    are personal.
    """
    assert list(clean_names(*case["given"])) == case["kept"]


def test_a_path_is_permitted_exactly_where_its_value_would_be_kept() -> None:
    """RED-6: the same question is asked again when frames are written."""
    redaction = Redaction(["cart_*", "plan"], ["cart_secret"], ["device"])
    asked = [
        "cart_total",
        "plan",
        "device",
        "cart_secret",
        "CART_total",
        "email",
        "other",
        "cart_email",
    ]
    assert [redaction.permits(path) for path in asked] == [
        True,
        True,
        True,
        False,
        False,
        False,
        False,
        False,
    ]


def test_a_name_is_judged_in_a_moment_however_it_was_made_and_the_verdict_remembered() -> None:
    """RED-6: a visitor of the site chooses the names, and may choose a thousand new ones each
    time.
    """
    redaction = Redaction(["*_*_*_*_*_*_*_count"], ["*_*_*_*_*_*_*_*_x"], [])
    long = {f"{'_' * 240}{number}": 1 for number in range(3000)}
    assert redaction.apply(long) == {}
    kept = {f"{'_' * 240}{number}_count": number for number in range(90)}
    assert redaction.apply({**long, **kept}) == kept
    assert not redaction.permits("_" * 300)


def test_a_denial_cannot_be_escaped_by_a_letter_of_another_case() -> None:
    """RED-6: a denial holds for letters of another case, also for those that only
    Unicode equates.
    """
    redaction = Redaction(["*"], ["plan_*"], [])
    assert redaction.apply({"PLAN_a": 1, "plan_b": 2, "\uff30lan_c": 3, "plan": 4}) == {
        "\uff30lan_c": 3,
        "plan": 4,
    }
    assert Redaction(["*"], ["sku_*"], []).apply({"\u017fku_a": 1, "s\u212au_b": 2}) == {}


def test_the_keys_that_may_matter_are_known_if_no_pattern_is_a_glob() -> None:
    """RED-1: the keys to decode are known if no pattern is a glob."""
    assert Redaction(["a.b"], [], ["plan"]).keys == {"a", "a.b", "plan"}
    assert Redaction(["a*"], [], []).keys is None
    assert Redaction([], [], []).empty


def test_a_number_that_no_float_can_hold_is_none() -> None:
    """RED-1: a huge integer is None."""
    assert Redaction(["n"]).apply({"n": 10**400}) == {"n": None}


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(st.text(), TREES))
def test_what_is_kept_of_any_properties_is_small_flat_and_clean(properties: dict) -> None:
    """RED-1: what is kept is within the bounds. RED-3: no personal shape survives."""
    kept = Redaction(["*"]).apply(properties)
    assert len(kept) <= MAX_PROPERTIES
    for value in kept.values():
        for scalar in value if isinstance(value, list) else [value]:
            assert scalar is None or isinstance(scalar, (bool, int, float, str))
            if isinstance(scalar, str):
                assert len(scalar) <= MAX_TEXT
                assert scalar == REDACTED or not personal_value(scalar)
        assert not isinstance(value, list) or len(value) <= MAX_LIST


@pytest.mark.parametrize("case", VECTORS["names"], ids=lambda case: case["path"])
def test_personal_names_are_known(case: dict) -> None:
    """RED-1: the default matchers of Segment's Privacy Portal, however they are written."""
    assert personal_name(case["path"]) is case["personal"]


@pytest.mark.parametrize("case", VECTORS["values"], ids=lambda case: str(case["value"]))
def test_personal_shapes_are_known(case: dict) -> None:
    """RED-3: e-mail addresses, telephone, card and social security numbers, addresses, browsers and
    secrets are known.
    """
    assert personal_value(case["value"]) is case["personal"]


def test_the_lists_of_the_vectors_are_the_lists() -> None:
    """RED-1: the vectors hold the lists, so that a page can take them from there."""
    assert (VECTORS["words"], VECTORS["pairs"]) == (sorted(WORDS), sorted(PAIRS))
    assert (VECTORS["stems"], VECTORS["named"]) == (sorted(STEMS), sorted(NAMED))


@given(st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_any_value_can_be_judged(value: str | float) -> None:
    """RED-3: judging a value never raises."""
    assert personal_value(value) in (True, False)


@given(st.text())
def test_any_name_can_be_judged(path: str) -> None:
    """RED-1: judging a name never raises."""
    assert personal_name(path) in (True, False)


VALUES = json.loads((Path(__file__).parents[2] / "conformance/redaction.json").read_text())[
    "values"
]
PERSONAL = [case["value"] for case in VALUES if case["personal"] and isinstance(case["value"], str)]
FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789@.+"} | {ord(" "): 0x3000}


def test_the_vectors_hold_what_is_personal_and_what_is_not() -> None:
    """RED-3: the vectors hold over 100 personal values and over 100 others."""
    assert len(PERSONAL) > 100
    assert sum(not case["personal"] for case in VALUES) > 100


@pytest.mark.parametrize("text", PERSONAL)
def test_an_encoding_hides_nothing(text: str) -> None:
    """RED-3: personal text is found under percent-encoding (also double), full-width signs and
    invisible characters.
    """
    once = "".join(f"%{byte:02X}" for byte in text.encode())
    for written in (
        once,
        once.replace("%", "%25"),
        text.translate(FULL_WIDTH),
        "\u200b".join(text),
    ):
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
    """RED-3: the view that shapes are searched in."""
    assert normalise(written) == read


def test_a_card_is_known_by_its_issuer_its_length_and_its_check_digit() -> None:
    """RED-3: other long numbers are no cards."""
    assert is_card_number("4111111111111111")
    assert is_card_number("378282246310005")
    assert not is_card_number("4111111111111112")
    assert not is_card_number("3411111111111111")
    assert not is_card_number("1700000000000")


@given(st.text(alphabet=st.sampled_from("0123456789 -./()+@%&#;:,_abCD\u200b\u0665\uff11")))
def test_any_text_is_judged_and_stays_judged_once_it_is_plain(text: str) -> None:
    """RED-3: nothing raises, and what is plain already is read the same."""
    read = normalise(normalise(text))
    assert personal_text(read) in (True, False)
    assert normalise(read) == normalise(normalise(read))
