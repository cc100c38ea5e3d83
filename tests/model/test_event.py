"""An event is never printed whole."""

from dagnet_realtime.model.event import Event


def test_an_events_repr_tells_nobody_who_it_was() -> None:
    """RED-10: what is printed by accident is not personal; an id may be, too."""
    shown = repr(Event(id="m-1", type="track", event="Signed Up", user_id="ada@example.com", anonymous_id="anon-7"))
    assert "track" in shown
    assert not any(personal in shown for personal in ("m-1", "ada", "anon-7"))
