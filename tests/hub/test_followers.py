"""Who follows which trace, as other viewers see it."""

from typing import Any

import msgspec
import pytest

from dagnet_realtime.hub.sessions import company_for, followers_by_graph, presence_for
from dagnet_realtime.model.access import Role
from dagnet_realtime.model.frame import Company, Follower
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel
from tests.hub.stage import SHOP, Reader, Stage
from tests.hub.test_session_sync import two

A, B, C = ("u_aaaaaaaaaaaa", "u_bbbbbbbbbbbb", "u_cccccccccccc")


async def opened(stage: Stage, person: str, *follows: str, role: Role = "follow") -> WatchSession:
    """A session of a person who follows these traces."""
    session = await stage.hub.open(SHOP, "checkout", person, "", role, person)
    return await stage.hub.change(session.id, follows=follows) if follows else session


def told(reader: Reader) -> list[dict[str, tuple[str, ...]]]:
    """The follows of each company frame that the viewer received: tokens by name."""
    return [
        {one.name: one.tokens for one in sent.frame.follows}
        for sent in reader.got
        if isinstance(sent.frame, Company)
    ]


async def test_a_stream_says_who_follows_what_and_when_they_stop() -> None:
    """HUB-33: follows show at once, over all sessions of a person, until they unfollow, switch off
    or their lease lapses.
    """
    async with Stage() as stage:
        ann, bob = await opened(stage, "oidc:ann", A), await opened(stage, "proxy:bob", A, B)
        reader = await stage.read(ann)
        assert told(reader) == [{"bob": (A, B)}]
        more = await opened(stage, "proxy:bob", C)
        await stage.clock.advance(0)
        await stage.hub.change(bob.id, follows=[B])
        await stage.clock.advance(0)
        assert told(reader)[1:] == [{"bob": (A, B, C)}, {"bob": (B, C)}]
        await stage.hub.close(bob.id)
        await stage.clock.advance(0)
        assert told(reader)[-1] == {"bob": (C,)}
        for _ in range(70):  # longer than the lease of a tab that is gone
            await stage.clock.advance(5)
        assert told(reader)[-1] == {}
        assert more.id not in {one.id for one in await stage.sessions.list_active()}


@pytest.mark.parametrize(
    ("person", "role"),
    [
        ("oidc:ann", "watch"),
        ("token:t1", "administer"),
        ("viewer:u-42", "follow"),
        ("local", "administer"),
    ],
)
async def test_others_learn_nothing(person: str, role: Role) -> None:
    """HUB-33: people who may not follow, or have no name, get no follows by stream or poll."""
    async with Stage() as stage:
        await opened(stage, "oidc:bob", A)
        session = await opened(stage, person, role=role)
        reader = await stage.read(session)
        await opened(stage, "oidc:cyd", B)
        await stage.clock.advance(0)
        assert told(reader) == []
        frames, _ = await stage.hub.poll(session.id, None, 0)
        assert [one for one in frames if isinstance(one.frame, Company)] == []


async def test_those_without_a_name_are_not_told_of() -> None:
    """HUB-33: an access token, a viewer token or the local user follows unnamed."""
    async with Stage() as stage:
        for person in ("token:t1", "viewer:u-42", "local"):
            await opened(stage, person, A, role="administer")
        assert told(await stage.read(await opened(stage, "oidc:ann"))) == []


async def test_another_role_changes_which_names_are_shown() -> None:
    """HUB-33: a person who may follow no longer sees no names, and is not told of."""
    async with Stage() as stage:
        ann, bob = await opened(stage, "oidc:ann", A), await opened(stage, "oidc:bob", B)
        reader, other = await stage.read(ann), await stage.read(bob)
        await stage.hub.authorization.change_role(ann, "watch")
        await stage.clock.advance(0)
        assert told(reader) == [{"bob": (B,)}, {}]
        assert told(other) == [{"ann": (A,)}, {}]


async def test_a_poll_ends_with_who_follows_what_and_wakes_for_a_change() -> None:
    """HUB-33: a poll carries follows too, so that any process can answer it."""
    async with Stage() as stage:
        ann = await opened(stage, "oidc:ann")
        bob = await opened(stage, "oidc:bob", A)
        frames, position = await stage.hub.poll(ann.id, None, 0)
        assert frames[-1].frame == Company(follows=(Follower("bob", (A,)),))
        _, again = await stage.hub.poll(ann.id, frames[-1].end, 0)
        assert again == position
        waiting = stage.context.tasks.create_task(stage.hub.poll(ann.id, frames[-1].end, 20))
        await stage.clock.advance(1)
        await stage.hub.change(bob.id, follows=[])
        await stage.clock.advance(0)
        frames, _ = await waiting
        assert [one.frame for one in frames] == [Company()]


async def test_another_process_tells_it_too() -> None:
    """HUB-33: follows of another process's sessions arrive; if the news are lost, the next round
    brings them.
    """
    async with two() as pair:
        ann, bob = await opened(pair.stage, "oidc:ann"), await opened(pair.stage, "oidc:bob")
        reader = await pair.read(ann)
        await pair.stage.hub.change(bob.id, follows=[A])
        await pair.stage.clock.advance(0)
        assert told(reader) == [{"bob": (A,)}]
        pair.sessions.deaf = True
        await pair.stage.hub.change(bob.id, follows=[B])
        await pair.stage.clock.advance(6)
        assert told(reader)[-1] == {"bob": (B,)}


async def test_an_operator_hides_it() -> None:
    """HUB-33, ACC-21: `show_followers = false` holds for open streams within a round, polls and seats."""
    async with Stage() as stage:
        ann = await opened(stage, "oidc:ann", A)
        await opened(stage, "oidc:bob", B)
        reader = await stage.read(ann)
        stage.context.hidden_followers.add(SHOP)
        await stage.clock.advance(6)
        assert told(reader) == [{"bob": (B,)}, {}]
        frames, _ = await stage.hub.poll(ann.id, None, 0)
        assert frames[-1].frame == Company()
        live = await stage.sessions.list_active()
        assert presence_for(ann, live, {SHOP}).follows == ()
        assert presence_for(ann, live).follows == (Follower("bob", (B,)),)


def test_another_graph_environment_or_workspace_is_apart() -> None:
    """HUB-33: tokens of another channel mean nothing here, and its people are not named."""
    base: dict[str, Any] = {"started_at": 0, "position": "0-0", "role": "follow"}
    ann = WatchSession(id="1", channel=SHOP, graph="checkout", person="oidc:ann", **base)
    bob = msgspec.structs.replace(ann, id="2", person="oidc:bob", follows=(A,))
    others = [
        msgspec.structs.replace(bob, graph="returns"),
        msgspec.structs.replace(bob, channel=Channel("shop", "dev")),
        msgspec.structs.replace(bob, channel=Channel("acme", "prod")),
        msgspec.structs.replace(bob, role="watch"),
    ]
    assert company_for(ann, followers_by_graph([ann, *others])) == Company()
    assert company_for(ann, followers_by_graph([ann, bob])) == Company(
        follows=(Follower("bob", (A,)),)
    )
