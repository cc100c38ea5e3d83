"""Versions from content."""

from dagnet_realtime.core.dagnet.digest import digest


def test_equal_content_has_one_version_whatever_the_order_of_sets() -> None:
    """GRA-1: versions follow from content alone."""
    assert digest(frozenset("abc"), {"a": 1, "b": 2}) == digest(frozenset("cba"), {"b": 2, "a": 1})
    assert digest("a") != digest("b")
    assert len(digest()) == 16
