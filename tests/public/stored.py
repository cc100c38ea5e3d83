"""What a server leaves in Redis and in its files, and what another one makes of it."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis

from tests.public import dump
from tests.public.place import Place, cookie_of, served, token, track
from tests.support.redis import redis_server


def lived() -> dict[str, Any]:
    """A short life of a server; its store and files at the end, and what a client of it has in hand."""
    with redis_server() as redis, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        follower, watcher = (
            token(folder, "recorded follower", "follow"),
            token(folder, "recorded watcher", "watch"),
        )
        with served(folder, redis.url) as place, Redis(port=redis.port) as store:
            found = _used(place, follower, watcher)
            found["dump"] = dump.taken(store)
        found["tokens.json"] = (folder / "tokens.json").read_text()
        found["audit"] = (folder / "audit.log").read_text().splitlines()
        found["lines"] = place.program.lines
        return found


def _used(place: Place, follower: str, watcher: str) -> dict[str, Any]:
    ended = place.on(watcher)["watch_session_id"]
    assert place.ask("DELETE", f"/api/watch/{ended}", watcher).status_code < 300
    on = place.on(follower, filter="type:track")
    session, position = on["watch_session_id"], on["position"]
    assert (
        place.send("web", track("1", "view_item", quantity=2), track("2", "add_to_cart", price=9.5))
        == 200
    )
    assert place.send("web", track("1", "view_item", quantity=2)) == 200
    assert place.send("web", track("3", "never heard of")) == 200
    assert place.send("web", track("4", "view_item"), secret=b"another") == 401
    call = {**track("5", "view_item"), "writeKey": "a-recorded-write-key"}
    assert place.http.post("/v1/track", json=call).status_code == 200
    frames = place.frames(session, follower, position, until=4)
    tokens = sorted(
        {
            one["token"]
            for frame in frames
            if frame["op"] == "batch"
            for event in frame["events"]
            for one in event["traces"]
        }
    )
    follow = place.ask(
        "POST",
        f"/api/watch/{session}/follow",
        follower,
        json={"kind": "anonymousId", "value": "recorded person"},
    )
    relayed = place.on(follower, "relayed")["watch_session_id"]
    seat = place.ask("GET", f"/api/watch/{relayed}/relay", follower)
    cookies = [
        cookie_of(
            place.ask(
                "POST",
                "/sign-in",
                data={"token": watcher},
                headers={"origin": "http://127.0.0.1:8765"},
            )
        )
        for _ in range(2)
    ]
    out = place.ask(
        "POST", "/sign-out", cookie=cookies[1], headers={"origin": "http://127.0.0.1:8765"}
    )
    hello = place.frames(session, follower)[0]
    return {
        "follower": follower,
        "watcher": watcher,
        "ended": ended,
        "session": session,
        "position": position,
        "frames": frames,
        "hello": hello,
        "tokens": tokens,
        "follow": [follow.status_code, follow.json() if follow.content else None],
        "relayed": relayed,
        "seat": [seat.status_code, seat.json()],
        "cookie": cookies[0],
        "signed_out": cookies[1],
        "out": out.status_code,
        "metrics": place.ask("GET", "/metrics", follower).text,
    }


@contextmanager
def resumed(left: dict[str, Any]) -> Iterator[Place]:
    """A server that starts on a recorded store and recorded files."""
    with redis_server() as redis, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tokens.json").write_text(left["tokens.json"])
        (folder / "tokens.json").chmod(0o600)
        with Redis(port=redis.port) as store:
            dump.loaded(store, left["dump"])
        with served(folder, redis.url) as place:
            yield place


def streamed(place: Place, left: dict[str, Any]) -> list[str]:
    """The first two parts of the recorded session's stream, byte for byte but for its age."""
    path, headers = (
        f"/api/watch/{left['session']}/stream",
        {"authorization": f"Bearer {left['follower']}"},
    )
    found = b""
    with place.http.stream(
        "GET", path, params={"after": left["position"]}, headers=headers
    ) as answer:
        assert answer.status_code == 200, answer.read()
        for chunk in answer.iter_bytes():
            found += chunk
            if found.count(b"\n\n") >= 2:
                break
    return re.sub(r',"age_ms":\d+', "", found.decode()).split("\n\n")[:2]


def metrics(left: dict[str, Any]) -> list[str]:
    """Each metric with its type and labels, without numbers."""
    found = []
    for line in left["metrics"].splitlines():
        if line.startswith("# TYPE"):
            found.append(line)
        elif not line.startswith("#"):
            name, _, labels = line.partition(" ")[0].partition("{")
            words = re.findall(r'(\w+)="([^"]*)"', labels)
            shown = [
                f"{label}={value}" if label in ("outcome", "state", "reason") else label
                for label, value in words
            ]
            found.append(f"{name} {' '.join(shown)}".rstrip())
    return list(dict.fromkeys(found))


def audit(left: dict[str, Any]) -> list[str]:
    """Lines of the audit log, without times, and with sessions and people masked."""
    masked = (re.sub(r'"at":"[^"]*"', '"at":"<time>"', line) for line in left["audit"])
    lines = (
        re.sub(
            r'"session":"[^"]{8}"',
            '"session":"<8 characters>"',
            re.sub(r"token:[0-9a-f]{12}", "token:<id>", line),
        )
        for line in masked
    )
    return list(lines)


REFUSED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GET", "/api/workspaces", {}),
    ("GET", "/api/nothing", {}),
    ("GET", "/api/workspaces", {"token": "dnr_000000000000_00"}),
    (
        "POST",
        "/api/watch",
        {"token": "follower", "json": {"workspace": "none", "env": "test", "graph": "none"}},
    ),
    (
        "POST",
        "/api/watch",
        {"token": "follower", "json": {"workspace": "shop", "env": "test", "graph": "none"}},
    ),
    ("POST", "/api/watch", {"token": "follower", "content": b"no json"}),
    (
        "POST",
        "/api/watch",
        {"token": "follower", "json": {"workspace": "shop", "env": "test", "graph": 7}},
    ),
    ("GET", "/api/watch/ENDED/frames", {"token": "watcher"}),
    ("GET", "/api/watch/SESSION/frames", {"token": "watcher"}),
    ("GET", "/api/watch/SESSION/frames?after=nothing", {"token": "follower"}),
    ("GET", "/api/watch/SESSION/frames?wait=1000", {"token": "follower"}),
    (
        "POST",
        "/api/watch/SESSION/follow",
        {"token": "watcher", "json": {"kind": "userId", "value": "somebody"}},
    ),
    ("DELETE", "/api/workspaces", {"token": "follower"}),
    ("POST", "/segment/webhook/none", {"content": b"{}"}),
    ("POST", "/segment/webhook/web", {"content": b"{}"}),
    ("POST", "/segment/webhook/web", {"content": b"{}", "headers": {"x-signature": "00"}}),
    ("POST", "/segment/webhook/web", {"content": b"x" * 9_000_000}),
    ("POST", "/v1/track", {"json": {"type": "track", "event": "x", "writeKey": "wrong"}}),
    ("POST", "/v1/track", {"content": b"no json"}),
    ("POST", "/v1/track", {"content": b"x" * 600_000}),
    (
        "POST",
        "/sign-in",
        {"data": {"token": "wrong"}, "headers": {"origin": "http://127.0.0.1:8765"}},
    ),
    (
        "POST",
        "/sign-in",
        {"data": {"token": "wrong"}, "headers": {"origin": "https://elsewhere.example"}},
    ),
)


def refusals(place: Place, left: dict[str, Any]) -> list[str]:
    """What wrong requests are answered: the status, the code and the type of the body."""
    found = []
    for method, path, more in REFUSED:
        asked = {**more, "token": left.get(more.get("token", ""), more.get("token", ""))}
        answer = place.ask(
            method,
            path.replace("SESSION", left["session"]).replace("ENDED", left["ended"]),
            **asked,
        )
        kind = answer.headers.get("content-type", "-")
        code = answer.json() if "json" in kind else {}
        retry = " retry-after" if "retry-after" in answer.headers else ""
        sent = {
            name: value if len(str(value)) < 100 else f"{len(value)} bytes"
            for name, value in more.items()
        }
        found.append(
            f"{method} {path} {sent or ''} -> {answer.status_code} {code.get('code', '-')} {kind} {','.join(sorted(code))}{retry}"
        )
    return found


def answers(place: Place, left: dict[str, Any]) -> dict[str, Any]:
    """What a server that has resumed says to those who come back to it, in one order, since each answer follows from those before."""
    origin = {"origin": "http://127.0.0.1:8765"}
    last = left["frames"][-1]["position"]
    found: dict[str, Any] = {
        "stream": streamed(place, left),
        "batches": [
            {name: value for name, value in frame.items() if name != "age_ms"}
            for frame in place.frames(left["session"], left["follower"], left["position"], until=4)
            if frame["op"] == "batch"
        ],
        "cookie": place.ask("GET", "/api/me", cookie=left["cookie"]).status_code,
        "signed_out": place.ask("GET", "/api/me", cookie=left["signed_out"]).status_code,
        "bearer": place.ask("GET", "/api/me", left["follower"]).json()["can"],
        "ended": place.ask(
            "GET", f"/api/watch/{left['ended']}/frames", left["watcher"]
        ).status_code,
        "seat": place.ask("GET", f"/api/watch/{left['relayed']}/relay", left["follower"]).json()[
            "channel"
        ],
        "sent": [place.send("web", track("1", "view_item", quantity=2), track("6", "view_item"))],
    }
    found["fresh"] = [
        event["id"]
        for frame in place.frames(left["session"], left["follower"], last, until=1)
        for event in frame.get("events", ())
    ]
    found["doors"] = place.frames(left["session"], left["follower"])[0]["ledger"]
    found["refusals"] = refusals(place, left)
    found["out"] = place.ask("POST", "/sign-out", cookie=left["cookie"], headers=origin).status_code
    return found
