"""Everybody tries everything with everybody's ids; what comes back is one's own, or nothing."""

import re
from typing import Any

import httpx
import msgspec
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.roles import ROLE_ORDER, has_role
from dagnet_realtime.model.workspace import Channel
from tests.hostile.town import CHANNELS, PEOPLE, USER, Town, mark, source_id

WHO = st.sampled_from(sorted(PEOPLE))
WHERE = st.sampled_from(CHANNELS)
NUMBER = st.integers(0, 7)
STEPS = st.one_of(
    st.tuples(st.just("open"), WHO, WHERE, st.sampled_from(["shop-map", "bank-map", "none"])),
    st.tuples(st.just("send"), WHERE, WHERE),
    st.tuples(st.just("poll"), WHO, NUMBER, NUMBER),
    st.tuples(st.just("filter"), WHO, NUMBER, NUMBER),
    st.tuples(st.just("follow"), WHO, NUMBER, NUMBER),
    st.tuples(st.just("look_up"), WHO, NUMBER),
    st.tuples(st.just("close"), WHO, NUMBER),
    st.tuples(st.just("graph"), WHO, WHERE),
    st.tuples(st.just("relay"), WHO, NUMBER),
    st.tuples(st.just("list"), WHO),
    st.tuples(st.just("revoke"), WHO),
)


class Try:
    """What all people have seen so far, and so could use: session ids, positions and tokens of any
    of them.
    """

    def __init__(self, town: Town) -> None:
        self.town = town
        self.sessions: list[tuple[str, str, Channel]] = [("A" * 24, "", CHANNELS[0])]
        self.positions: list[tuple[str, Channel]] = [("epoch.0", CHANNELS[0])]
        self.tokens: list[str] = ["k1.guessed-token"]
        self.revoked: set[str] = set()
        self.sent = 0

    def role(self, who: str, channel: Channel) -> Any:
        """The role of a person on a channel, None if they have none."""
        role, on = PEOPLE[who]
        here = {f"{channel.workspace}/{channel.env}", f"{channel.workspace}/*"}
        return role if who not in self.revoked and here.intersection(on) else None

    def judged(self, who: str, answer: httpx.Response, allowed: bool, code: int = 200) -> None:
        """No answer bears a mark, or a source, of a channel that this person may not watch; and only who may is let in."""
        for channel in CHANNELS:
            if self.role(who, channel) is None:
                assert mark(channel) not in answer.text
                assert f"/{source_id(channel)}" not in answer.text
        assert USER not in answer.text or self.role(who, CHANNELS[0]) == "administer"
        assert (answer.status_code == code) == allowed, (answer.status_code, answer.text)
        if not allowed:
            assert answer.status_code in (400, 401, 403, 404, 410, 429)

    async def step(self, step: tuple[Any, ...]) -> None:
        """One try."""
        match step:
            case ("open", who, channel, graph):
                body = {"workspace": channel.workspace, "env": channel.env, "graph": graph}
                answer = await self.town.clients[who].post("/api/watch", json=body)
                self.judged(
                    who,
                    answer,
                    bool(self.role(who, channel)) and graph == f"{channel.workspace}-map",
                    201,
                )
                if answer.status_code == 201:
                    self.sessions.append((answer.json()["watch_session_id"], who, channel))
                    self.positions.append((answer.json()["position"], channel))
            case ("send", channel, signed_for):
                self.sent += 1
                assert await self.town.send(channel, self.sent, signed_for) == (
                    200 if channel == signed_for else 401
                )
                await self.town.clock.advance(0.1)
            case ("poll", who, number, place):
                id, owner, channel = self.sessions[number % len(self.sessions)]
                position, _ = self.positions[place % len(self.positions)]
                answer = await self.town.clients[who].get(
                    f"/api/watch/{id}/frames", params={"after": position}
                )
                self.judged(who, answer, self.mine(who, owner, channel, id))
                if answer.status_code == 200:
                    self.positions.append((answer.json()["position"], channel))
                    self.tokens += re.findall(r'"token":"([^"]{4,})"', answer.text)[:2]
            case ("filter", who, number, token):
                id, owner, channel = self.sessions[number % len(self.sessions)]
                body = {"filter": f"trace:{self.tokens[token % len(self.tokens)]}"}
                self.judged(
                    who,
                    await self.town.clients[who].patch(f"/api/watch/{id}", json=body),
                    self.mine(who, owner, channel, id),
                )
            case ("follow", who, number, token):
                id, owner, channel = self.sessions[number % len(self.sessions)]
                body = {"token": self.tokens[token % len(self.tokens)]}
                allowed = self.mine(who, owner, channel, id) and has_role(
                    self.role(who, channel), "follow"
                )
                answer = await self.town.clients[who].post(f"/api/watch/{id}/follow", json=body)
                self.judged(who, answer, allowed and answer.status_code != 429)
            case ("look_up", who, number):
                id, owner, channel = self.sessions[number % len(self.sessions)]
                allowed = self.mine(who, owner, channel, id) and has_role(
                    self.role(who, channel), "follow"
                )
                answer = await self.town.clients[who].post(
                    f"/api/watch/{id}/follow", json={"kind": "userId", "value": USER}
                )
                self.judged(who, answer, allowed and answer.status_code != 429)
                if answer.status_code == 200:
                    self.tokens.append(answer.json()["token"])
            case ("close", who, number):
                id, owner, channel = self.sessions[number % len(self.sessions)]
                allowed = owner == who and who not in self.revoked and await self.lives(id)
                self.judged(
                    who, await self.town.clients[who].delete(f"/api/watch/{id}"), allowed, 204
                )
            case ("graph", who, channel):
                path = f"/api/workspaces/{channel.workspace}/{channel.env}/graphs/{channel.workspace}-map"
                self.judged(
                    who, await self.town.clients[who].get(path), bool(self.role(who, channel))
                )
            case ("relay", who, number):
                id, _, _ = self.sessions[number % len(self.sessions)]
                answer = await self.town.clients[who].post(
                    "/api/channels/auth",
                    json={
                        "watch_session_id": id,
                        "socket_id": "1.1",
                        "channel_name": "private-dagnet-guess",
                    },
                )
                self.judged(who, answer, allowed=False)
            case ("list", who):
                answer = await self.town.clients[who].get("/api/workspaces")
                self.judged(who, answer, who not in self.revoked)
                if answer.status_code == 200:
                    listed = {Channel(one["id"], one["env"]) for one in answer.json()["workspaces"]}
                    assert listed == {channel for channel in CHANNELS if self.role(who, channel)}
            case ("revoke", who):
                self.revoked.add(who)
                self.town.tokens.pop(who, None)

    def mine(self, who: str, owner: str, channel: Channel, id: str) -> bool:
        """Whether this session answers this person."""
        return (
            owner == who
            and self.role(who, channel) is not None
            and id in self.town.sessions._sessions
        )

    async def lives(self, id: str) -> bool:
        """Whether the session has not ended."""
        return await self.town.sessions.load(id) is not None


@given(st.lists(STEPS, min_size=5, max_size=30))
async def test_no_person_gets_into_anothers_channel(steps: list[tuple[Any, ...]]) -> None:
    """ACC-2, ACC-18: no id, position, token or graph that they have seen or guessed, in any order,
    lets a person in.
    """
    async with Town() as town:
        trying = Try(town)
        for step in steps:
            await trying.step(step)


async def test_the_way_in_is_open_to_those_who_may() -> None:
    """ACC-2: people with a role get in, so that the property test's refusals mean something."""
    async with Town() as town:
        trying = Try(town)
        for who, channel in (("ann", CHANNELS[0]), ("bob", CHANNELS[1]), ("cat", CHANNELS[2])):
            await trying.step(("open", who, channel, f"{channel.workspace}-map"))
            await trying.step(("send", channel, channel))
            id = trying.sessions[-1][0]
            frames = await town.clients[who].get(f"/api/watch/{id}/frames")
            assert mark(channel) in frames.text
            assert (USER in frames.text) == (PEOPLE[who][0] == "administer")


async def test_one_persons_tokens_differ_from_channel_to_channel() -> None:
    """ACC-2: a person cannot be followed from one channel into another."""
    async with Town() as town:
        assert len({town.intake.tokens(channel, "userId", USER) for channel in CHANNELS}) == 3


async def test_a_position_of_another_channel_is_a_gap() -> None:
    """ACC-2: another channel's entries are never returned."""
    async with Town() as town:
        trying = Try(town)
        await trying.step(("open", "ann", CHANNELS[0], "shop-map"))
        await trying.step(("open", "cat", CHANNELS[2], "bank-map"))
        await trying.step(("send", CHANNELS[2], CHANNELS[2]))
        theirs = (
            await town.clients["cat"].get(f"/api/watch/{trying.sessions[-1][0]}/frames")
        ).json()["position"]
        frames = (
            await town.clients["ann"].get(
                f"/api/watch/{trying.sessions[1][0]}/frames", params={"after": theirs}
            )
        ).json()["frames"]
        assert [frame["op"] for frame in frames] in ([], ["gap"], ["hello"], ["hello", "gap"])


async def test_a_role_that_is_lost_is_lost_for_open_sessions_too() -> None:
    """ACC-2: a lower one limits, none ends."""
    async with Town() as town:
        trying = Try(town)
        await trying.step(("open", "bob", CHANNELS[1], "shop-map"))
        id = trying.sessions[-1][0]
        for role in reversed(ROLE_ORDER):
            town.tokens["bob"] = msgspec.structs.replace(town.tokens["bob"], role=role)
            answer = await town.clients["bob"].post(
                f"/api/watch/{id}/follow", json={"token": "a_0123456789av"}
            )
            assert answer.status_code == (200 if has_role(role, "follow") else 403)
        town.tokens["bob"] = msgspec.structs.replace(town.tokens["bob"], channels=("bank/prod",))
        for method, path in (
            ("GET", "/frames"),
            ("GET", "/stream"),
            ("PATCH", ""),
            ("POST", "/follow"),
        ):
            assert (
                await town.clients["bob"].request(method, f"/api/watch/{id}{path}", json={})
            ).status_code == 403
        assert (await town.clients["bob"].delete(f"/api/watch/{id}")).status_code == 204


async def test_a_write_key_opens_its_own_channel_alone() -> None:
    """ACC-2: with a write key one can send to its channel, and watch nothing."""
    async with Town() as town:
        trying = Try(town)
        await trying.step(("open", "bob", CHANNELS[1], "shop-map"))
        await trying.step(("open", "cat", CHANNELS[2], "bank-map"))
        body = {
            "writeKey": f"key of {CHANNELS[2]}",
            "event": "Home",
            "messageId": "m",
            "userId": "u",
            "properties": {"label": "planted"},
        }
        assert (await town.sender.post("/v1/track", json=body)).status_code == 200
        await town.clock.advance(0.1)
        seen = [
            (await town.clients[who].get(f"/api/watch/{trying.sessions[place][0]}/frames")).text
            for place, who in ((1, "bob"), (2, "cat"))
        ]
        assert ["planted" in text for text in seen] == [False, True]
        assert (
            await town.sender.get(
                "/api/workspaces", headers={"authorization": f"Bearer key of {CHANNELS[2]}"}
            )
        ).status_code == 401
