"""Somebody who may watch."""

import pytest

from dagnet_realtime.core.roles import Roles
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.person import Person, named

SHOP = Channel("shop", "prod")


@pytest.mark.parametrize(("workspace", "code"), [("shop", "forbidden"), ("other", "not_found"), ("none", "not_found")])
def test_what_one_may_not_watch_is_as_if_it_were_not_there(workspace: str, code: str) -> None:
    """ACC-19: what one may watch but not do is forbidden; all else does not exist."""
    person = Person("ann", Roles((("watch", ("shop/*",)),)))
    person.need("watch", SHOP)
    with pytest.raises(Problem) as refused:
        person.need("follow", Channel(workspace, "prod"))
    assert refused.value.code == code


def test_a_person_can_what_their_highest_role_can() -> None:
    """ACC-19: on at least one channel; sending comes with administering."""
    assert Person("ann", Roles((("follow", ("shop/*",)),))).can == ("watch", "follow")
    assert Person("ann", Roles((("watch", ("*",)), ("administer", ("a/b",))))).can[-2:] == ("administer", "send")
    assert Person("ann", Roles()).can == ()


@pytest.mark.parametrize(
    "text", ["", "a" * 257, "bo\u017fs", "\ufb01ne", "\u212a", "boss\xa0", "a\nb", "a\u200bb", "e\u0301", "\uff41", "a\x00", "\u202eab"]
)
def test_a_name_that_can_be_taken_for_another_is_none(text: str) -> None:
    """ACC-52: it has one way to be written, and all of it can be seen."""
    assert named(text) is None


@pytest.mark.parametrize("text", ["ann@acme.com", "Jos\xe9 \u0141", "\u5f20\u4f1f", "o'neil+x@acme.com", "a" * 256])
def test_other_names_are_as_they_are(text: str) -> None:
    """ACC-52: in any alphabet."""
    assert named(text) == text


def test_a_person_goes_by_what_outlives_their_name() -> None:
    """ACC-53: if somebody vouches for it."""
    assert Person("oidc:ann", subject="oidc:7").id == "oidc:7"
    assert Person("proxy:ann").id == "proxy:ann"
