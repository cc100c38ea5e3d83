"""Reading a few members of an object."""

import msgspec
import pytest

from dagnet_realtime.core.picking import Picker, at


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"null", b"7", b'"x"', b'{"a":\xff}'])
def test_what_is_no_object_has_no_members(text: bytes) -> None:
    """SEG-2: properties, traits, context and integrations of any type."""
    assert Picker({"a"}).pick(msgspec.Raw(text)) == {}
    assert Picker(None).pick(msgspec.Raw(text)) == {}


def test_only_the_members_asked_for_are_read() -> None:
    """RED-1: names may hold anything."""
    text = msgspec.Raw(b'{"Actions Amplitude":{"session_id":1},"b":2,"$c.d":null}')
    assert Picker({"Actions Amplitude", "$c.d", "zz"}).pick(text) == {"Actions Amplitude": {"session_id": 1}, "$c.d": None}
    assert Picker(()).pick(text) == {}
    assert Picker(None).pick(text) == {"Actions Amplitude": {"session_id": 1}, "b": 2, "$c.d": None}


def test_a_strange_member_does_not_hide_the_others() -> None:
    """SEG-8: it is mended."""
    assert Picker({"a", "b"}).pick(msgspec.Raw(rb'{"a":"cut \ud800","b":1e999}')) == {"a": "cut \ufffd", "b": None}


def test_a_path_leads_through_objects_and_dotted_keys() -> None:
    """RED-9: any path of a message can be an identifier."""
    found = {"a": {"b.c": 1, "d": {"e": 2}}, "x.y": 3, "l": [1]}
    assert [at(path, found) for path in ("a.b.c", "a.d.e", "x.y", "a", "a.z", "l.0", "q", "")] == [
        1,
        2,
        3,
        found["a"],
        None,
        None,
        None,
        None,
    ]
