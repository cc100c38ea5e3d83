"""Deliveries are authentic exactly when Segment signed them."""

import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dagnet_realtime.core.signature import Verifier, first_element, is_slow, sign
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Source
from tests.support.deliveries import DELIVERIES, messages, written
from tests.support.tries import tries

MADE = json.loads((Path(__file__).parents[1] / "fixtures/segment/signatures.json").read_text())


def source(**fields: Any) -> Source:
    """A webhook source with one secret."""
    given = {"secrets": (Secret(MADE["secret"]),), **fields}
    return Source(id="web", channel=Channel("acme", "prod"), kind="webhook", **given)


def authentic(source: Source, body: bytes, signature: str | None) -> bool:
    """Whether the delivery is taken."""
    try:
        Verifier(source).verify(body, signature)
    except Problem as problem:
        if problem.code != "unauthorized":
            raise
        return False
    return True


@pytest.mark.parametrize("setting", ["first", "whole"])
@pytest.mark.parametrize("case", MADE["cases"], ids=lambda case: case["name"])
def test_signatures_made_by_node_verify(case: dict, setting: str) -> None:
    """SIG-1: HMAC-SHA1 in hex, of the raw bytes. SIG-3: batches, `whole`, and the
    Extensible Webhook.
    """
    found = authentic(source(batch_signature=setting), case["body"].encode(), case["signature"])
    assert found is (setting in case["ok"])


def test_a_batch_whose_first_element_is_signed_is_refused_where_the_whole_must_be() -> None:
    """SIG-3: with `whole` a signature over the first element alone is refused."""
    body = b'[{"type":"track"},{"type":"page"}]'
    weak = hmac.digest(MADE["secret"].encode(), b'{"type":"track"}', "sha1").hex()
    assert authentic(source(), body, weak)
    assert not authentic(source(batch_signature="whole"), body, weak)


def test_any_of_several_secrets_will_do() -> None:
    """SIG-1: a delivery may be signed with any of the source's secrets, so that they can be
    rotated.
    """
    both = source(secrets=(Secret("old"), Secret("new")))
    assert authentic(both, b"{}", sign(b"old", b"{}"))
    assert authentic(both, b"{}", sign(b"new", b"{}"))
    assert not authentic(both, b"{}", sign(b"other", b"{}"))


def test_an_unsigned_delivery_needs_a_source_that_allows_it() -> None:
    """SIG-1: without a header a delivery is refused, unless its source allows it; a wrong signature
    never counts as none.
    """
    assert not authentic(source(), b"{}", None)
    assert not authentic(source(), b"{}", "")
    open_door = source(allow_unsigned=True)
    assert authentic(open_door, b"{}", None)
    assert not authentic(open_door, b"{}", "0" * 40)
    assert authentic(source(secrets=(), allow_unsigned=True), b"{}", "0" * 40)
    assert not authentic(source(secrets=()), b"{}", sign(b"", b"{}"))


@pytest.mark.parametrize(
    "signature", ["é", "0" * 39, "0" * 400, "sha1=" + "0" * 40, "zz", " ", "0x"]
)
def test_a_signature_of_another_shape_is_wrong_not_an_error(signature: str) -> None:
    """SIG-1: a malformed signature is wrong, and raises nothing."""
    assert not authentic(source(), b"{}", signature)


def test_the_first_element_of_a_batch_is_found_without_reading_the_rest() -> None:
    """SIG-3: the first element is found within a bound, without reading the rest."""
    assert first_element(b' [ {"a":[1,"]"]} , tru') == b'{"a":[1,"]"]}'
    assert first_element(b"{}") == first_element(b"[]") == first_element(b"[") == b""
    assert first_element(b'["' + b"x" * 300_000 + b'"]') == b""
    assert first_element(b"[" + b"[" * 100_000) == b""


def wrapped(form: bytes) -> bytes:
    """A form as the Extensible Webhook wraps it in a batch."""
    return json.dumps([{"body": form.decode()}]).encode()


def test_a_form_is_read_up_to_so_many_bytes_before_it_is_known_to_be_authentic() -> None:
    """SIG-3, DOOR-14: more than Segment sends costs nothing."""
    for size, taken in ((60_000, True), (70_000, False)):
        form = b"event=" + b"x" * (size - 6)
        signature = sign(
            MADE["secret"].encode(),
            json.dumps({"event": "x" * (size - 6)}, separators=(",", ":")).encode(),
        )
        assert authentic(source(), form, signature) is taken
        assert authentic(source(), wrapped(form), signature) is taken
        assert authentic(source(), wrapped(form)[1:-1], signature) is taken


@pytest.mark.parametrize(
    "inside", [b"7", b'["a=1"]', b'{"a=1":{}}', b'"a=1', b'"a=1","b":"c=1"', b"null"]
)
def test_a_wrapped_form_is_a_text_or_none(inside: bytes) -> None:
    """SIG-3, DOOR-14: nothing else in its place is decoded."""
    signature = sign(MADE["secret"].encode(), b'{"a":"1"}')
    assert not authentic(source(), b'{"body":' + inside + b"}", signature)
    assert authentic(source(), b'{"body":"a=1"}', signature)


GREAT = [
    b"[" + b"{}," * 30_000 + b"{}]",
    b'[{"a":"' + b"x" * 40_000 + b'"}]',
    b'{"json":' + b" " * 70_000 + b"{}}",
    b'{"a":"' + b"x" * 70_000 + b'"}',
    b"a=" + b"%41" * 5_000,
    b'{"body":"a=' + b"%41" * 5_000 + b'"}',
    b'[{"body":"a=' + b"%41" * 5_000 + b'"}]',
]


@pytest.mark.parametrize("body", GREAT, ids=range(len(GREAT)))
def test_what_costs_more_than_a_moment_is_left_to_a_thread_unless_a_moment_decides(
    body: bytes,
) -> None:
    """DOOR-14: a great body, or a form, is neither refused nor read at once; what its signature
    proves at once is.
    """
    kept = Verifier(source())
    assert kept.verify_quickly(body, "0" * 40) is False
    with pytest.raises(Problem):
        kept.verify(body, "0" * 40)
    assert kept.verify_quickly(body[:200], sign(MADE["secret"].encode(), body[:200]))


@tries(100)
@given(DELIVERIES, st.booleans(), st.booleans())
def test_at_once_or_in_a_thread_the_answer_is_the_same(
    body: bytes, ours: bool, whole: bool
) -> None:
    """SIG-1, DOOR-14: a quick verification, if it decides, agrees with the full one."""
    kept = Verifier(source(batch_signature="whole" if whole else "first"))
    signature = sign(MADE["secret"].encode() if ours else b"another", body)
    try:
        soon = kept.verify_quickly(body, signature)
    except Problem:
        soon = None
    if soon is not False:
        assert authentic(
            source(batch_signature="whole" if whole else "first"), body, signature
        ) is (soon is True)


def test_an_ordinary_object_is_decided_at_once() -> None:
    """DOOR-11, DOOR-14: ordinary bodies are verified at once."""
    kept = Verifier(source())
    for body in (
        b'{"a":"' + b"x" * 65_000 + b'"}',
        b'{"json":{}}',
        b"{}",
        b'{"body":"a=1"}',
        b"[1]",
    ):
        assert not is_slow(body)
        with pytest.raises(Problem):
            kept.verify_quickly(body, "0" * 40)


@pytest.mark.parametrize("signature", [None, "", "zz", "0" * 39, "0" * 38, "0" * 64])
def test_a_signature_that_can_fit_nothing_is_known_before_the_body(signature: str | None) -> None:
    """DOOR-14: a malformed signature is refused before the body is kept."""
    with pytest.raises(Problem):
        Verifier(source()).parse_signature(signature)
    assert Verifier(source()).parse_signature("0" * 40) == bytes(20)


JUNK = st.binary(max_size=300) | st.sampled_from(
    [b"[", b'[{"json":', b'{"json":1}', b"[[[[", b'[{"body":"a=%ff"}]', b"a=1&b", b"\xff\xfe"]
)


@given(JUNK, st.none() | st.text(max_size=60) | st.binary(max_size=20).map(bytes.hex))
@example(b"[" * 5000, "0" * 40)
@example(b'{"json":' + b"[" * 5000, "0" * 40)
@tries(300)
def test_hostile_deliveries_are_refused_with_a_problem(body: bytes, signature: str | None) -> None:
    """SIG-1: verification raises nothing but `Problem`, and lets nothing through."""
    assert not authentic(source(), body, signature)


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=80))
def test_what_is_signed_here_verifies(body: bytes, secret: bytes) -> None:
    """SIG-1: signing and verifying agree on any bytes."""
    Verifier(source(secrets=(Secret(secret),))).verify(body, sign(secret, body))


@tries(60)
@given(
    DELIVERIES,
    st.none() | st.text(max_size=60) | st.sampled_from(["0" * 40, "0x", " 00", "é" * 40]),
    st.booleans(),
    st.booleans(),
)
def test_no_delivery_makes_verification_raise_anything_else(
    body: bytes, signature: str | None, whole: bool, unsigned: bool
) -> None:
    """SIG-1: deliveries as they come, damaged or not; without a secret of ours none is
    authentic.
    """
    kept = source(batch_signature="whole" if whole else "first", allow_unsigned=unsigned)
    assert authentic(kept, body, signature) is (unsigned and not signature)


@st.composite
def signed_somewhere(draw: st.DrawFn) -> tuple[bytes, bytes, set[str]]:
    """A delivery of known parts, one of them or something like it, and the settings under which a signature over that is enough.

    SIG-3 the other way round: nothing is looked for in the body, since it is known what it was made of.
    """
    space = st.sampled_from([b"", b" ", b"\n\t"])
    texts = [
        draw(written({**message, "n": n}))
        for n, message in enumerate(
            draw(st.lists(messages().filter(_plain), min_size=1, max_size=3))
        )
    ]
    wrapped = draw(st.booleans())
    around = [
        draw(space) + b'{"json":' + draw(space) + text + draw(space) + b"}" if wrapped else text
        for text in texts
    ]
    single = draw(st.booleans())
    lead, trail = draw(space), draw(space)
    body = (
        around[0]
        if single
        else b"[" + lead + (draw(space) + b"," + draw(space)).join(around) + trail + b"]"
    )
    allowed = {body: {"first", "whole"}}
    if single:
        allowed |= {texts[0]: {"first", "whole"}} if wrapped else {}
    else:
        first = around[0].strip(b" \n\t")
        allowed |= {first: {"first"}} | ({texts[0]: {"first"}} if wrapped else {})
    part = draw(
        st.sampled_from(
            [body, *around, *texts, body[:-1], body[1:], b" " + body, texts[0] + b"\n", b""]
        )
    )
    return body, part, allowed.get(part, set())


def _plain(message: Any) -> bool:
    return isinstance(message, dict) and "json" not in message and "body" not in message


@tries(60)
@given(signed_somewhere(), st.sampled_from(["first", "whole"]), st.booleans())
def test_a_delivery_is_authentic_exactly_where_the_reference_says_so(
    made: tuple[bytes, bytes, set[str]], setting: str, ours: bool
) -> None:
    """SIG-1, SIG-3: a delivery is authentic if our secret signed the part that the setting names,
    and only then.
    """
    body, part, settings = made
    signature = hmac.new(MADE["secret"].encode() if ours else b"another", part, "sha1").hexdigest()
    assert authentic(source(batch_signature=setting), body, signature) is (
        ours and setting in settings
    )
