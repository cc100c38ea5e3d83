"""Calls as the address of a picture."""

import base64
import json
from urllib.parse import quote, urlencode

import pytest

from dagnet_realtime.core.segment.pixel import GIF, call_from_query
from dagnet_realtime.model.problem import Problem

CALL = {"writeKey": "K", "userId": "u", "event": "Email Opened ÿ?>", "properties": {"n": 1}}
PACKED = base64.b64encode(json.dumps(CALL, ensure_ascii=False).encode()).decode()


@pytest.mark.parametrize(
    "data",
    [
        quote(PACKED, safe=""),
        PACKED,
        PACKED.rstrip("="),
        PACKED.replace("+", "-").replace("/", "_"),
        PACKED.replace("+", "%20"),
    ],
)
def test_the_call_is_unpacked_from_either_alphabet(data: str) -> None:
    """DOOR-18: `data` is read escaped or not, padded or not, in both alphabets of Base64."""
    assert json.loads(call_from_query(f"data={data}&x=1".encode())) == CALL


def test_plain_fields_are_a_call() -> None:
    """DOOR-18: plain query fields are read, as mail templates contain them."""
    query = urlencode(
        {"writeKey": "K", "event": "Email Opened", "properties.campaign": "May", "userId": "ü"}
    )
    assert json.loads(call_from_query(query.encode())) == {
        "writeKey": "K",
        "event": "Email Opened",
        "properties": {"campaign": "May"},
        "userId": "ü",
    }
    assert json.loads(call_from_query(b"properties=x&properties.a=1")) == {"properties": "x"}


@pytest.mark.parametrize("query", [b"data=!!", b"data=a", b"data=%ff", b"&".join([b"a=1"] * 999)])
def test_what_cannot_be_read_is_a_problem(query: bytes) -> None:
    """DOOR-18: an unreadable query raises a problem and nothing else."""
    with pytest.raises(Problem):
        call_from_query(query)


def test_the_picture_is_one_transparent_pixel() -> None:
    """DOOR-18: the picture is a complete GIF."""
    assert GIF.startswith(b"GIF89a\x01\x00\x01\x00")
    assert GIF.endswith(b";")
