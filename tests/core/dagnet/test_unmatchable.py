"""What of a definition redaction never lets through."""

import pytest

from dagnet_realtime.core.dagnet.definitions import deny_nothing
from dagnet_realtime.core.dagnet.unmatchable import (
    assess_filter,
    is_redacted_name,
    unmatchable_values,
)
from dagnet_realtime.core.redaction import Redaction
from dagnet_realtime.model.graph import Filter


@pytest.mark.parametrize(("name", "unkept"), [
    ("Order Completed", False),
    ("v1.2.3.4 installed", False),
    ("Viewed Pricing /pricing Page", False),
    ("x" * 256, False),
    ("/pay#done", True),
    ("Viewed Pay /pay?step=2 Page", True),
    ("Order 4111111111111111", True),
    ("ada@example.com joined", True),
])  # fmt: skip
def test_a_name_that_redaction_changes_can_never_be_heard(name: str, unkept: bool) -> None:
    """MAT-10: names are compared as they are kept."""
    assert is_redacted_name(name) is unkept


def test_a_filter_that_can_never_be_met_says_why() -> None:
    """MAT-10: personal by name, denied by the policy, or a value that is never kept; the negatives
    as well.
    """
    assert (
        assess_filter(Filter("email", "does not contain", ("@acme.com",)), deny_nothing).unkept
        == "its name is personal"
    )
    assert (
        assess_filter(
            Filter("Plan_Internal", "is not", ("x",)), Redaction(deny=["plan_*"]).denies
        ).unkept
        == "the configuration denies it"
    )
    assert (
        assess_filter(Filter("sku", "is", ("4111111111111111",)), deny_nothing).unkept
        == "such a value is never kept as it is"
    )
    assert (
        assess_filter(Filter("ref", "contains", ("@acme.com",)), deny_nothing).unkept
        == "such a value is never kept as it is"
    )
    plain = Filter("sku", "is any of", ("4111111111111111", "x"))
    assert assess_filter(plain, deny_nothing) is plain
    assert unmatchable_values(plain) == ("4111111111111111",)


def test_a_negative_filter_knows_what_an_unwanted_value_may_have_become() -> None:
    """MAT-10: a value that redaction may have cut is named as unsure, as it could be the unwanted
    one.
    """
    assert assess_filter(Filter("url", "is not", ("/a?step=2", "/b")), deny_nothing).unsure == (
        "/a",
    )
    assert assess_filter(Filter("url", "does not contain", ("utm=a",)), deny_nothing).unsure == (
        "/",
    )
