"""An old and a new process at the same time on one Redis, as in a rolling upgrade: nothing lost,
nothing twice.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.public import old
from tests.public.command import command
from tests.public.place import (
    CONFIG,
    LISTENING,
    SAMPLE,
    SECRET,
    TOKEN_KEY,
    Place,
    cookie_of,
    token,
    track,
)
from tests.public.watcher import Watcher
from tests.support.program import Program
from tests.support.redis import RedisServer, redis_server
from tests.support.soketi import KEY, Soketi, soketi
from tests.support.subscriber import Subscriber

pytestmark = pytest.mark.proof

NEXT_SECRET = b"a secret that follows the recorded one"
NAMES = ("view_item", "add_to_cart", "never heard of")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of the old program."""
    return old.program(tmp_path_factory.mktemp("old"))


class Site:
    """What both processes share: Redis, a provider,
    and a folder with the configuration and tokens.
    """

    def __init__(self, folder: Path, redis: RedisServer, provider: Soketi) -> None:
        self.folder = folder
        self.redis = redis
        self.configured("first.toml", SECRET)
        self.configured("second.toml", NEXT_SECRET, SECRET)
        relay = f"127.0.0.1:{provider.port}/4711"
        for file in folder.glob("*.toml"):
            text = file.read_text().replace(
                "recorded:recorded-secret@127.0.0.1:9/recorded", f"{KEY}:a-secret-of-tests@{relay}"
            )
            file.write_text(text.replace("max_rate = 1\n", ""))
        self.follower, self.other = (
            token(folder, "follower", "follow"),
            token(folder, "other", "watch"),
        )

    def configured(self, name: str, *secrets: bytes) -> None:
        """A configuration file whose sources have these secrets, the newest first."""
        text = CONFIG.format(log=self.redis.url, sample=SAMPLE, key=TOKEN_KEY, secret="SECRET")
        (self.folder / name).write_text(
            text.replace('["SECRET"]', json.dumps([one.decode() for one in secrets]))
        )

    @contextmanager
    def serving(
        self, environ: Mapping[str, str], state: str, config: str = "first.toml"
    ) -> Iterator[Place]:
        """One process."""
        own = {"DAGNET_REALTIME_STATE_DIR": str(self.folder / state), **environ}
        program = Program("serve", "--config", config, environ=own, folder=self.folder)
        try:
            place = Place(program, self.folder, program.wait_line(LISTENING, 60)[1])
            try:
                yield place
            finally:
                program.stop()
                place.http.close()
        finally:
            program.stop()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with redis_server() as redis, soketi() as provider:
        yield Site(tmp_path, redis, provider)


def events(first: int, count: int) -> list[dict[str, Any]]:
    """`count` different events, numbered from `first`."""
    return [
        track(str(number), NAMES[number % 3], f"person {number % 7}")
        for number in range(first, first + count)
    ]


def ids(*some: list[dict[str, Any]]) -> set[str]:
    return {event["messageId"] for one in some for event in one}


def sent(
    places: list[Place], some: list[dict[str, Any]], source: str = "web", secret: bytes = SECRET
) -> None:
    """In deliveries of five, from several threads, to the places in turn."""
    loads = [some[at : at + 5] for at in range(0, len(some), 5)]
    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(places[at % len(places)].send, source, *load, secret=secret)
            for at, load in enumerate(loads)
        ]
        assert {one.result() for one in asked} == {200}


def watched(place: Place, token: str, places: Callable[[], list[Place]]) -> Watcher:
    """A session that is opened at one place and watched at `places`."""
    on = place.on(token)
    return Watcher(on["watch_session_id"], on["position"], token, places)


def counted(place: Place, session: str, token: str, *wanted: int) -> None:
    """Waits until the source's ledger there says so many received, taken and duplicate;
    each process tells its own every second.
    """
    for _ in range(60):
        (hello,) = place.frames(session, token)[:1]
        door = hello["ledger"]["web"]
        found = (door["received"], door["taken"], door["duplicate"])
        if found == wanted:
            return
        place.ask(
            "GET",
            f"/api/watch/{session}/frames",
            token,
            params={"after": hello["position"], "wait": 1},
        )
    raise AssertionError(found)


def test_events_sent_to_either_are_seen_once_at_both_through_a_rolling_upgrade(
    site: Site, before: dict[str, str]
) -> None:
    """OPS-21, OPS-20: sessions, positions, fingerprints and ledgers are shared;
    also when the old one has gone, and when it comes back.
    """
    both: list[Place] = []
    with ExitStack() as watching, site.serving({}, "new") as new:
        with site.serving(before, "old") as first:
            both += [first, new]
            watchers = [
                watching.enter_context(watched(at, site.follower, lambda: both)) for at in both
            ]
            some = events(1, 200)
            sent(both, some)
            sent([new, first], some[:60])
            for watcher in watchers:
                watcher.wait(lambda watcher=watcher: watcher.offered >= 200)
            sessions = [watcher.session for watcher in watchers]
            for place in both:
                counted(place, sessions[0], site.follower, 260, 200, 60)
            frames = [
                place.frames(sessions[0], site.follower, watchers[0].position, until=200)
                for place in both
            ]
            assert (
                len(
                    {
                        json.dumps([event for frame in one for event in frame.get("events", ())])
                        for one in frames
                    }
                )
                == 1
            )
            both.remove(first)
        more = events(201, 100)
        sent([new], more)
        sent([new], some[:20])
        with site.serving(before, "again") as back:
            both.append(back)
            last = events(301, 100)
            sent([back, new], last)
            for watcher in watchers:
                watcher.wait(lambda watcher=watcher: watcher.offered >= 400)
            counted(back, sessions[1], site.follower, 480, 400, 80)
            for watcher in watchers:
                watcher.whole(ids(some, more, last))
            both.clear()


def test_what_one_process_ends_is_ended_at_the_other(site: Site, before: dict[str, str]) -> None:
    """OPS-21: sessions, sign-outs and revoked tokens end at both processes, in either order;
    secrets are rotated one process at a time.
    """
    origin = {"origin": "http://127.0.0.1:8765"}
    with (
        ExitStack() as watching,
        site.serving(before, "old") as first,
        site.serving({}, "new", "second.toml") as new,
    ):
        for here, there in ((first, new), (new, first)):
            on = here.on(site.follower)["watch_session_id"]
            assert there.ask("DELETE", f"/api/watch/{on}", site.follower).status_code < 300
            assert here.ask("GET", f"/api/watch/{on}/frames", site.follower).status_code == 410
            cookie = cookie_of(
                here.ask("POST", "/sign-in", data={"token": site.other}, headers=origin)
            )
            assert there.ask("GET", "/api/me", cookie=cookie).status_code == 200
            assert there.ask("POST", "/sign-out", cookie=cookie, headers=origin).status_code == 303
            assert here.ask("GET", "/api/me", cookie=cookie).status_code == 401
        follow = {"kind": "anonymousId", "value": "person 1"}
        on = first.on(site.follower)
        tokens = {
            place.ask(
                "POST", f"/api/watch/{on['watch_session_id']}/follow", site.follower, json=follow
            ).json()["token"]
            for place in (first, new)
        }
        assert len(tokens) == 1, "one person has one pseudonym at both"

        old_secret, new_secret = events(1, 20), events(21, 20)
        sent([first, new], old_secret)
        sent([new], new_secret, secret=NEXT_SECRET)
        assert first.send("web", track("99", "view_item"), secret=NEXT_SECRET) == 401
        assert ids(old_secret, new_secret) == {
            event["id"]
            for frame in first.frames(
                on["watch_session_id"], site.follower, on["position"], until=40
            )
            for event in frame.get("events", ())
        }

        watchers = [
            watching.enter_context(watched(place, site.other, lambda place=place: [place]))
            for place in (first, new)
        ]
        for watcher in watchers:
            watcher.wait(lambda watcher=watcher: bool(watcher.frames))
        revoked = command(
            "token",
            "revoke",
            site.other.split("_")[1],
            "--tokens",
            str(site.folder / "tokens.json"),
        )
        assert revoked.code == 0, revoked
        for watcher in watchers:
            watcher.wait(lambda watcher=watcher: "401" in watcher.ends)
            assert watcher.ends[0].startswith("revoked")
        assert [place.ask("GET", "/api/me", site.other).status_code for place in (first, new)] == [
            401,
            401,
        ]


async def test_a_relayed_page_hears_each_event_once_from_either_process(
    site: Site, before: dict[str, str]
) -> None:
    """OPS-21, REL-25: a view has one channel and one publisher; when the old process stops, the new
    one goes on from its position.
    """
    with site.serving(before, "old") as first, site.serving({}, "new") as new:
        on = first.on(site.follower, "relayed")
        session = on["watch_session_id"]
        seats = [
            place.ask("GET", f"/api/watch/{session}/relay", site.follower).json()
            for place in (first, new)
        ]
        channel = seats[0]["channel"]
        assert channel == seats[1]["channel"]
        async with Subscriber(seats[0]["public"]["port"], KEY) as browser:
            asked = {
                "watch_session_id": session,
                "channel_name": channel,
                "socket_id": browser.socket_id,
            }
            signed = [
                await asyncio.to_thread(
                    place.ask, "POST", "/api/channels/auth", site.follower, json=asked
                )
                for place in (first, new)
            ]
            assert signed[0].json() == signed[1].json()
            await browser.subscribe(channel, signed[1].json())
            some = events(1, 100)
            await asyncio.to_thread(sent, [first, new], some, "pushed")
            await _heard(browser, channel, 100)
            await asyncio.to_thread(first.program.stop)
            more = events(101, 50)
            await asyncio.to_thread(sent, [new], more, "pushed")
            batches = await _heard(browser, channel, 150)
    assert [
        (one["position"], next["from"])
        for one, next in pairwise([on, *batches])
        if one["position"] != next["from"]
    ] == []
    carried = [event["id"] for frame in batches for event in frame["events"]]
    assert len(carried) == len(set(carried)), "an event came twice"
    assert set(carried) <= ids(some, more)
    ledgers = [frame["ledger"] for frame in batches]
    assert sum(one["offered"] for one in ledgers) == 150
    assert sum(one["thinned"] for one in ledgers) == 150 - len(carried), (
        "what fills no publication is counted"
    )


async def _heard(browser: Subscriber, channel: str, offered: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(60):
        while True:
            found = [frame for frame in _frames(browser, channel) if frame["op"] == "batch"]
            if sum(frame["ledger"]["offered"] for frame in found) >= offered:
                return found
            await browser.more()


def _frames(browser: Subscriber, channel: str) -> Iterator[dict[str, Any]]:
    """Frames in the order in which they were whole; a piece says of which message it is,
    which place it has, and of how many.
    """
    parts: dict[str, dict[int, str]] = {}
    for where, name, value in browser.heard:
        if (where, name) == (channel, "frame"):
            yield value
        elif (where, name) == (channel, "piece"):
            message, place, count, text = value.split(" ", 3)
            held = parts.setdefault(message, {})
            held[int(place)] = text
            if len(held) == int(count):
                yield json.loads("".join(held[one] for one in sorted(held)))


def test_keys_of_both_are_the_same(site: Site, before: dict[str, str]) -> None:
    """OPS-21: what the new process adds to an old one's Redis are no keys of other names,
    which rights granted to the old would refuse.
    """
    found = []
    for environ in (before, {}):
        with (
            site.serving(environ, f"state {len(found)}") as place,
            Redis(port=site.redis.port) as store,
        ):
            on = place.on(site.follower)
            sent([place], events(1 + 10 * len(found), 10))
            place.frames(on["watch_session_id"], site.follower, on["position"], until=10)
            found.append({key.split(b"}")[0] + b"}" for key in store.scan_iter()})
    assert found[0] == found[1]
