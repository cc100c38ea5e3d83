"""What an event nearly lit."""

from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.matching import MatchingTable
from dagnet_realtime.core.suggest import Near, near_misses, near_names, similar_names
from dagnet_realtime.model.graph import EventBinding, Filter


def listen(name: str, *filters: Filter) -> EventBinding:
    return EventBinding(
        node=name,
        label=f"Node {name}",
        event_id=name,
        names=(name,),
        rule="segment",
        filters=filters,
    )


def only(found: tuple[Near, ...]) -> Near:
    (near,) = found
    return near


def test_a_name_that_differs_in_case_signs_or_letters_is_told() -> None:
    """MAT-9: the names most like it, and what differs."""
    listens = [listen("Order Completed"), listen("Signed Up")]
    assert only(near_misses(listens, ("order completed",), {}, {})).why == "case"
    assert only(near_misses(listens, ("order_completed",), {}, {})).why == "signs"
    near = only(near_names(listens, "Order Complete"))
    assert (near.why, near.name, near.seen) == ("letters", "Order Completed", "Order Complete")
    assert near_misses(listens, ("Page Loaded",), {}, {}) == ()
    assert near_misses(listens, ("Order Completed",), {}, {}) == ()


def test_a_failed_filter_tells_what_was_seen_and_what_was_expected() -> None:
    """MAT-9: the value seen beside the value expected."""
    near = only(
        near_misses(
            [listen("E", Filter("checkpoint", "is", ("Offered",)))],
            ("E",),
            {"checkpoint": ["offered", 3]},
            {},
        )
    )
    assert (near.why, near.property, near.expected, near.seen) == (
        "value",
        "checkpoint",
        ("Offered",),
        "offered, 3",
    )
    assert near.text == "“checkpoint” is “offered, 3”; the filter asks that it is “Offered”."


def test_what_is_never_kept_is_not_called_missing() -> None:
    """MAT-10: the near miss says that it is not kept here."""
    never = Filter("email", "is", ("a@b.co",), unkept="its name is personal")
    near = only(near_misses([listen("E", never)], ("E",), {}, {}))
    assert (near.why, near.text) == (
        "unkept",
        "“email” is not kept here, its name is personal; the filter asks that it is “a@b.co”.",
    )
    near = only(
        near_misses(
            [listen("E", Filter("sku", "is not", ("1",)))], ("E",), {"sku": "[redacted]"}, {}
        )
    )
    assert (near.why, "is not kept here" in near.text) == ("unkept", True)


def test_what_the_eye_cannot_see_is_told_by_its_code_points() -> None:
    """MAT-9: another Unicode form, a no-break space, what has no width, and case by locale."""
    listens = [listen("Café Opened"), listen("İade Talebi")]
    near = only(near_names(listens[:1], "Cafe\u0301 Opened"))
    assert (near.why, "differ at character 4: U+0065 was sent, U+00E9" in near.text) == (
        "form",
        True,
    )
    assert (
        "U+00A0 was sent, U+0020 is listened for"
        in only(near_names(listens[:1], "Café\u00a0Opened")).text
    )
    assert "U+200B was sent" in only(near_names(listens[:1], "Café\u200b Opened")).text
    assert only(near_names(listens[1:], "iade talebi")).why == "case"


def test_a_property_that_is_missing_or_on_the_wrong_side_is_told() -> None:
    """MAT-9: user properties asked of an event, and the other way round."""
    event, user = Filter("plan", "is", ("pro",)), Filter("plan", "is", ("pro",), "user")
    assert only(near_misses([listen("E", event)], ("E",), {}, {})).why == "missing"
    assert only(near_misses([listen("E", event)], ("E",), {}, {"plan": "pro"})).why == "user"
    assert only(near_misses([listen("E", user)], ("E",), {"plan": "pro"}, {})).why == "event"
    assert only(near_misses([listen("E", user)], ("E",), {}, {})).why == "missing"


def test_the_likest_come_first() -> None:
    """MAT-9: at most so many, in order."""
    assert similar_names(
        "checkout", ["checkout started", "check-out", "unlike", "checkout"], 2
    ) == ("check-out", "checkout started")
    assert similar_names("!!", ["??"]) == ()


@given(
    st.lists(st.text()),
    st.lists(st.text()),
    st.dictionaries(st.just("p"), st.none() | st.integers() | st.lists(st.text())),
)
def test_nothing_that_lights_is_a_near_miss(
    heard: list[str], names: list[str], properties: dict
) -> None:
    """MAT-9: whatever is sent."""
    listens = [listen(name, Filter("p", "is", ("1",))) for name in heard]
    lit = set(MatchingTable(listens).match(names, properties, {}))
    assert not lit & {near.node for near in near_misses(listens, names, properties, {})}
