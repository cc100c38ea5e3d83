"""What the program's user at Redis must be allowed, and no more."""

import contextlib
import re
from pathlib import Path

import msgspec

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.config.config import ServerConfig
from dagnet_realtime.stores.redis_connection import RedisConnection, parse_redis_url
from dagnet_realtime.stores.redis_counters import RedisRateLimiter
from dagnet_realtime.stores.redis_sessions import RedisRevocationList
from tests.support.redis import redis_server
from tests.support.server import config, label_of, serving, track

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "deployment.md").read_text()


async def test_the_rights_that_the_page_names_are_enough() -> None:
    """OPS-15: On, deliveries, following, a poll, Off, a sign-out and shared rates, by a user who may do nothing else."""
    rule = re.search(r"ACL SETUSER realtime on >(\S+) (.*)`", PAGE)
    assert rule is not None
    password, rights = rule[1], rule[2].split()
    with redis_server("--maxmemory-policy", "noeviction") as redis:
        assert (
            redis.command("ACL", "SETUSER", "realtime", "on", f">{password}", *rights) == b"+OK\r\n"
        )
        url = f"redis://realtime:{password}@127.0.0.1:{redis.port}/0?prefix=realtime"
        async with serving(
            msgspec.structs.replace(config(), server=ServerConfig(port=0, log=url))
        ) as served:
            told = await served.open()
            await served.send(track("allowed"))
            path = f"/api/watch/{told['watch_session_id']}"
            polled = (
                await served.client.get(
                    f"{path}/frames", params={"after": told["position"], "wait": 5}
                )
            ).json()
            assert [
                label_of(event["id"])
                for frame in polled["frames"]
                for event in frame.get("events", ())
            ] == ["allowed"]
            followed = await served.client.post(
                f"{path}/follow", json={"kind": "anonymousId", "value": "person allowed"}
            )
            assert followed.status_code == 200, followed.text
            assert (await served.client.delete(path)).status_code == 204
        async with contextlib.aclosing(RedisConnection(parse_redis_url(url))) as calls:
            sign_outs = RedisRevocationList(calls, SystemClock())
            await sign_outs.revoke("session", "ann", SystemClock().now() + 60_000)
            assert not await sign_outs.is_revoked("session", "bob")
            assert await RedisRateLimiter(calls).try_consume("web", 1, 1, 10) is None
        refused = redis.command("ACL", "LOG")
        assert refused == b"*0\r\n", refused
