"""Where one event lights several nodes."""

from dagnet_realtime.core.dagnet.overlaps import overlaps
from dagnet_realtime.model.graph import EventBinding, Filter


def codes(*filters: tuple[Filter, ...]) -> list[str]:
    listens = [
        EventBinding(
            node=f"n{i}", label="", event_id=f"e{i}", names=("N",), rule="segment", filters=those
        )
        for i, those in enumerate(filters)
    ]
    return [warning.code for warning in overlaps(listens)]


def test_filters_overlap_unless_one_property_keeps_them_apart() -> None:
    """GRA-11: overlapping filters are reported, disjoint ones are not."""
    energy = Filter("category", "is", ("Energy",))
    assert codes((energy,), (Filter("category", "is any of", ("Water", "Gas")),)) == []
    assert codes((energy,), (Filter("category", "is not", ("Energy", "Gas")),)) == []
    assert codes((Filter("category", "is not any of", ("Energy",)),), (energy,)) == []
    assert codes((energy,), (Filter("category", "is", ("Energy", "Gas")),)) == [
        "overlapping_filters"
    ]
    assert codes((energy,), (Filter("other", "is", ("Gas",)),)) == ["overlapping_filters"]
    assert codes((energy,), (Filter("category", "is", ("Gas",), "user"),)) == [
        "overlapping_filters"
    ]
    assert codes((), (energy,)) == ["overlapping_filters"]


def test_many_events_on_one_name_are_reported_within_bounds() -> None:
    """GRA-11: a hostile file cannot make endless warnings."""
    assert len(codes(*[()] * 400)) == 200
