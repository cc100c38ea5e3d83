"""Events are never printed whole, positions are text, and what the log stores of an event."""

from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.model.event import Event, Position, tokens_to_forget
from tests.support.entries import entry


def test_an_events_repr_holds_nothing_personal() -> None:
    """ACC-27: what is printed by accident holds neither identifiers nor the message's id."""
    shown = repr(
        Event(
            id="m-1",
            type="track",
            event="Signed Up",
            user_id="ada@example.com",
            anonymous_id="anon-7",
        )
    )
    assert "track" in shown
    assert not any(personal in shown for personal in ("m-1", "ada", "anon-7"))


@given(
    st.from_regex(r"[0-9a-f]{1,12}", fullmatch=True),
    st.integers(0, 10**17),
    st.from_regex(r"[0-9a-f]{0,8}", fullmatch=True),
)
def test_a_position_reads_back(epoch: str, offset: int, check: str) -> None:
    """HUB-7: what was sent can be sent back."""
    position = Position(epoch, offset, check)
    assert Position.parse(str(position)) == position


@given(st.text(max_size=120))
def test_any_other_text_is_no_position(text: str) -> None:
    """WEB-6: any other text gives None, and raises nothing."""
    position = Position.parse(text)
    assert position is None or Position.parse(str(position)) == position


def test_what_only_looks_like_one_is_none() -> None:
    """WEB-6: wrong signs, digits, lengths and parts are no position."""
    for text in (
        "",
        ".",
        ".1",
        "e",
        "e.-1",
        "e.1.2.3",
        "e.²",
        "e.",
        "e.1" + "0" * 20,
        "e" * 100 + ".1",
    ):
        assert Position.parse(text) is None


def test_who_asked_to_be_forgotten_is_found_once_among_many() -> None:
    """HUB-20: each token is returned once, in sorted order."""
    entries = [
        entry("a"),
        *(
            entry(id, type="delete", forgets=tokens)
            for id, tokens in (("b", ("k1.z", "k1.b")), ("c", ("k1.b",)))
        ),
    ]
    assert tokens_to_forget(entries) == ("k1.b", "k1.z")
    assert tokens_to_forget(entries[:1]) == ()
