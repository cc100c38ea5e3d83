"""One view, made for one request."""

from dagnet_realtime.hub.pane import Pane
from dagnet_realtime.model.fit import Fit
from dagnet_realtime.model.frame import Batch, Forget
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.position import Position
from dagnet_realtime.ports.log import Stretch
from dagnet_realtime.ports.relay import Terms
from tests.hub.stage import graph
from tests.support.entries import entry


def test_a_stretch_becomes_a_frame_of_its_very_range() -> None:
    """REL-20: matched, filtered, counted; what the policy denies is not carried, nor who it was."""
    pane = Pane(graph("Home"), "type:track", Policy(properties=("plan", "price"), deny=("price",)), Catalogue(version="1"))
    entries = (
        entry("a", name="Home", properties={"plan": "x", "price": 3}, revealed={"userId": "u"}),
        entry("b", type="page", name="Home"),
        entry("c", type="delete", name="", forgets=("k1.t",)),
    )
    found = Stretch(Position("e", 4), Position("e", 7), entries)
    frames, fit = pane.frames(found, Fit(), frozenset(), 1, Terms())
    batch, forget = frames
    assert isinstance(batch, Batch)
    assert (batch.from_, batch.position, batch.counts, batch.ledger.filtered) == ("e.4", "e.7", {"u-Home": 1}, 2)
    assert [(event.properties, event.revealed) for event in batch.events] == [({"plan": "x"}, batch.events[0].revealed)]
    assert "userId" not in repr(batch.events[0].revealed)
    assert forget == Forget(tokens=("k1.t",))
    assert fit == Fit(at=1)
