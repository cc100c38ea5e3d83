"""Forms, read as `urllib.parse` reads them, within bounds."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.form import MAX_BYTES, MAX_FIELDS, parse_form

PIECES = st.sampled_from(
    [
        "a",
        "=",
        "&",
        "+",
        "%41",
        "%c3%a9",
        "%ff",
        "%",
        "%zz",
        "é",
        "\n",
        "=3D",
        "%0a",
        "1",
        '"',
        "%26",
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=20).map("".join))
def test_a_form_is_read_as_the_standard_library_reads_it(text: str) -> None:
    """SIG-3, SEG-1: escapes and stray signs are read as the standard library reads them, or refused
    as there.
    """
    try:
        expected = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True))
    except ValueError:
        with pytest.raises(ValueError, match=r"form|utf-8"):
            parse_form(text.encode())
    else:
        assert parse_form(text.encode()) == expected


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), min_size=1, max_size=8))
def test_what_is_written_as_a_form_is_read_back(pairs: dict[str, str]) -> None:
    """SEG-1: any text survives a form."""
    assert parse_form(urlencode(pairs, errors="replace").encode()) == {
        name.encode("utf-8", "replace").decode(): value.encode("utf-8", "replace").decode()
        for name, value in pairs.items()
    }


@pytest.mark.parametrize(
    "body",
    [
        b"a=" + b"x" * MAX_BYTES,
        b"&".join(b"a%d=1" % number for number in range(MAX_FIELDS + 1)),
        b"a=" + b"%" * 1000,
        b"a=\xff",
        b"",
        b"a",
        b"a=1&",
    ],
    ids=["large", "many", "stray", "not UTF-8", "empty", "no value", "a field of nothing"],
)
def test_what_is_no_form_or_beyond_the_bounds_is_refused(body: bytes) -> None:
    """DOOR-14: any form of an unknown sender costs little."""
    with pytest.raises(ValueError, match=r"form|utf-8"):
        parse_form(body)


def test_a_form_up_to_the_bounds_is_read() -> None:
    """DOOR-14: the bounds are those that are documented."""
    assert len(parse_form(b"a=" + b"x" * (MAX_BYTES - 2))["a"]) == MAX_BYTES - 2
    assert (
        len(parse_form(b"&".join(b"a%d=%%41" % number for number in range(MAX_FIELDS))))
        == MAX_FIELDS
    )
