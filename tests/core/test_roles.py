"""The role of a person on each channel, and what it allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.roles import (
    EVERYTHING,
    ROLE_ORDER,
    Roles,
    has_role,
    implied_roles,
    reveals,
    roles_for,
)
from dagnet_realtime.model.access import Role, RoleBinding
from dagnet_realtime.model.workspace import Channel, Policy

PROD, TEST, OTHER = Channel("shop", "prod"), Channel("shop", "test"), Channel("other", "prod")


def test_each_role_may_all_that_those_before_it_may() -> None:
    """ACC-18: the roles are watch, follow, identities and administer, and each has the rights of
    those before it.
    """
    assert ROLE_ORDER == ("watch", "follow", "identities", "administer")
    for held, role in enumerate(ROLE_ORDER):
        assert [has_role(role, wanted) for wanted in ROLE_ORDER] == [
            number <= held for number in range(4)
        ]
        assert implied_roles(role) == ROLE_ORDER[: held + 1]
    assert not has_role(None, "watch")
    assert implied_roles(None) == ()


def test_a_role_is_for_its_channels() -> None:
    """ACC-18: a role is for one channel, all of a workspace, or all; the highest counts."""
    roles = Roles((("watch", ("*",)), ("follow", ("shop/*",)), ("administer", ("shop/test",))))
    assert [roles.on(channel) for channel in (PROD, TEST, OTHER)] == [
        "follow",
        "administer",
        "watch",
    ]
    assert roles.anywhere == "administer"
    assert EVERYTHING.on(OTHER) == "administer"
    assert (Roles().on(PROD), Roles().anywhere) == (None, None)


@pytest.mark.parametrize(
    ("who", "name", "groups", "named"),
    [
        ("ann@acme.com", "Ann@Acme.com", (), True),
        ("*@acme.com", "bob@acme.com", (), True),
        ("*@acme.com", "bob@acme.com.evil.example", (), False),
        ("*@acme.com", "bob@acmexcom", (), False),
        ("*", "anybody", (), True),
        ("*", "", (), False),
        ("group:analysts", "ann", ("group:analysts",), True),
        ("group:analysts", "group:analysts", (), False),
        ("repository:acme/data", "repository:acme/data", ("group:acme/data",), False),
        ("*", "ann", ("group:x",), True),
        ("group:*", "ann", ("repository:acme/data",), False),
        ("ann", "ann\nbob", (), False),
        ("a(b", "a(b", (), True),
        ("boss@acme.com", "bo\u017fs@acme.com", (), False),
        ("boss@acme.com", "bo\xdf@acme.com", (), False),
        ("stra\xdfe", "strasse", (), False),
        ("fine", "\ufb01ne", (), False),
        ("k", "\u212a", (), False),
        ("i", "\u0130", (), False),
        ("\xe9", "\xc9", (), False),
        ("\xe9A", "\xe9a", (), True),
        ("boss", "boss\xa0", (), False),
        ("boss", "boss ", (), False),
        ("group:Kids", "ann", ("group:\u212aids",), False),
        ("group:Kids", "ann", ("group:kIDS",), True),
    ],
)
def test_grants_name_people_and_groups(
    who: str, name: str, groups: tuple[str, ...], named: bool
) -> None:
    """ACC-18: no person's name can stand in for a group that the provider confirms."""
    assert (
        roles_for([RoleBinding(who=who, role="watch")], name, groups).anywhere is not None
    ) == named


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("boss@acme.com", "bo\u017fs@acme.com"),
        ("boss@acme.com", "bo\u00df@acme.com"),
        ("kim@acme.com", "\u212aim@acme.com"),
        ("fine@*", "\ufb01ne@acme.com"),
        ("*@acme.com", "bob@acme.com\u00a0"),
        ("a?c", "abc"),
        ("*a*a*a*a*a*a*a*a*b", "a" * 256),
        ("*", "a" * 257),
    ],
)
def test_a_name_that_only_looks_like_a_granted_one_holds_nothing(who: str, name: str) -> None:
    """RED-6, ACC-18: A to Z alone ignore case, `*` alone is special, and no name keeps the matcher
    busy.
    """
    assert roles_for([RoleBinding(who=who, role="watch")], name).anywhere is None


def test_whom_no_grant_names_may_do_nothing() -> None:
    """ACC-18: there is no default role."""
    assert roles_for([RoleBinding(who="bob", role="administer")], "ann").anywhere is None
    assert roles_for([], "ann").anywhere is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(ROLE_ORDER),
            st.sampled_from(["*", "shop/*", "shop/prod", "shop/test", "other/prod", "x/*"]),
        )
    )
)
def test_a_channel_gives_no_right_on_another(held: list[tuple[Role, str]]) -> None:
    """ACC-2: what is granted elsewhere changes nothing here."""
    grants = [RoleBinding(who="ann", role=role, on=(on,)) for role, on in held]
    here = [grant for grant in grants if grant.on[0] in ("*", "shop/*", "shop/prod")]
    assert roles_for(grants, "ann").on(PROD) == roles_for(here, "ann").on(PROD)


def test_identities_need_role_and_policy() -> None:
    """ACC-20: neither the role nor the policy is enough alone."""
    assert reveals(Policy(identity="reveal"), "identities")
    assert not reveals(Policy(identity="reveal"), "follow")
    assert not reveals(Policy(identity="token"), "administer")


def test_a_grant_for_a_group_is_no_persons_name_in_any_case() -> None:
    """ACC-18: a person called like the group is not in it."""
    grants = [RoleBinding(who="Group:Admins", role="administer", on=("*",))]
    assert roles_for(grants, "group:admins").anywhere is None
    assert roles_for(grants, "ada", ["group:admins"]).anywhere == "administer"
