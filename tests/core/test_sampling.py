"""The floor under the sample."""

import msgspec

from dagnet_realtime.core.admission import Admission
from dagnet_realtime.core.sampling import AT_ONCE, FLOOR_SECONDS, MOST_KINDS, PER_SECOND, Floor
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.event import Event
from dagnet_realtime.model.policy import Policy

NOW = 1_767_323_045_000


def admitted(admission: Admission, number: int, event: str, seconds: float = 0.0, device: str = "phone") -> Entry:
    properties = msgspec.Raw(b'{"device":"%b","price":%d}' % (device.encode(), number))
    said = Event(id=f"m{number}", type="track", event=event, anonymous_id=f"person {number}", properties=properties)
    return admission.entry(said, "web", NOW + round(seconds * 1000))


def admission(sample: float) -> Admission:
    policy = Policy(sample=sample, properties=("price",))
    return Admission(policy, frozenset({"device"}), Channel("shop", "prod"), b"key")


def test_a_rare_event_is_carried_however_small_the_sample() -> None:
    """RED-14: with its tokens, flagged partial; the next of its kind waits ten seconds, others do not."""
    rules = admission(1e-9)
    first = admitted(rules, 1, "Rare")
    assert first.flags[-1] == "partial"
    assert first.traces
    assert admitted(rules, 2, "Rare", FLOOR_SECONDS - 0.1).flags[-1] == "sampled_out"
    assert admitted(rules, 3, "Other", FLOOR_SECONDS - 0.1).flags[-1] == "partial"
    assert admitted(rules, 4, "Rare", FLOOR_SECONDS - 0.1, device="desktop").flags[-1] == "partial"
    assert admitted(rules, 5, "Rare", FLOOR_SECONDS).flags[-1] == "partial"


def test_what_the_sample_carries_needs_no_floor() -> None:
    """RED-14: a frequent event is carried often enough."""
    rules = admission(0.5)
    flags = [admitted(rules, number, "Often", number / 1000).flags for number in range(200)]
    assert sum("partial" in one for one in flags) <= 1
    assert 60 < sum("sampled_out" in one for one in flags) < 140


def test_a_sample_of_nothing_carries_nothing() -> None:
    """RED-14: whoever wants no trace at all gets none."""
    assert admitted(admission(0.0), 1, "Rare").flags[-1] == "sampled_out"


def test_the_floor_is_bounded() -> None:
    """RED-14: filters on properties of many values make many kinds, and no flood."""
    floor = Floor()
    lifted = sum(floor.lifts(number, 1.0) for number in range(5000))
    assert lifted == AT_ONCE
    assert sum(floor.lifts(number, 2.0) for number in range(5000, 9000)) == PER_SECOND
    for number in range(3 * MOST_KINDS):
        floor.carried(number, 3.0)
    assert len(floor._carried) == MOST_KINDS
    assert not floor.lifts(3 * MOST_KINDS - 1, 3.0)
    assert floor.lifts(0, 100.0)
    assert floor.lifts(0, 50.0), "a clock that was set back starves nobody"
