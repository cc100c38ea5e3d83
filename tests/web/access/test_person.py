"""Somebody who may watch."""

import pytest

from dagnet_realtime.core.roles import Roles
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.person import Person

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
