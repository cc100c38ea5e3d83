"""What a file says about an event."""

from dagnet_realtime.core.dagnet.definitions import names_anything, read_definition
from dagnet_realtime.model.graph import Filter


def test_segment_comes_before_amplitude_and_an_empty_name_counts_as_missing() -> None:
    """GRA-7: which name is listened for, and by which rule."""

    def names(**providers: object) -> object:
        return read_definition("e", "f", {"provider_event_names": providers}).names()

    assert names(segment="s", amplitude="a") == ("segment", ("s", "a"))
    assert names(segment="", amplitude="a") == ("amplitude", ("a",))
    assert names(amplitude=None) == ("event_id", ("e",))
    assert names(segment=["s", "t", "s", ""]) == ("segment", ("s", "t"))


def test_filters_are_read_with_what_is_odd_about_them() -> None:
    """GRA-11: odd filters are warned of and never stop a graph."""
    rows = [{"property": "p", "operator": "IS  not", "values": [True, 1.0, None]}, {"property": "q"}, {"values": [1]}, 7]
    found = read_definition("e", "f", {"amplitude_filters": rows})
    assert found.filters == (Filter("p", "is not", ("true", "1")),)
    assert [warning.code for warning in found.warnings] == ["filter_broken"] * 3


def test_a_node_file_may_carry_a_definition() -> None:
    """GRA-7: names or filters on a node file define its event."""
    assert names_anything({"provider_event_names": {"segment": "x"}})
    assert not names_anything({"provider_event_names": {}, "id": "x"})
