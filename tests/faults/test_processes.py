"""What only several processes can show."""

import asyncio
import hmac
import json

import httpx

from tests.faults.people import Sender, Watcher
from tests.faults.town import House
from tests.support.redis import RedisServer
from tests.support.server import SECRET, track


async def test_all_processes_show_one_order(intakes: list[House], viewers: list[House]) -> None:
    """LOG-2: what two processes take, three show in the same order, everything once."""
    watchers = [await Watcher.open(viewers, number) for number in range(3)]
    sender = Sender(intakes, rate=200)
    await watchers[0].until(lambda: watchers[0].offered >= 200)
    accepted = await sender.finish()
    for watcher in watchers:
        await watcher.until(lambda: watcher.offered >= len(accepted))  # noqa: B023  # awaited at once
        watcher.accounts_for(accepted)
        assert not watcher.unknown + watcher.missed
    assert list(watchers[0].ids) == list(watchers[1].ids) == list(watchers[2].ids)
    assert len({house for watcher in watchers for house in watcher.served}) == 3
    for watcher in watchers:
        await watcher.leave()


async def test_a_retry_through_another_process_is_caught(
    intakes: list[House], viewers: list[House]
) -> None:
    """LOG-2: a delivery that is repeated at each process is shown once."""
    watcher = await Watcher.open(viewers)
    body = json.dumps(track("again")).encode()
    headers = {"x-signature": hmac.digest(SECRET, body, "sha1").hex()}
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        for house in (*intakes, *intakes):
            assert (
                await client.post(f"{house.url}/segment/webhook/web", content=body, headers=headers)
            ).status_code == 200
    await watcher.until(lambda: watcher.offered > 0)
    assert (watcher.offered, watcher.ids["again"]) == (1, 1)
    await watcher.leave()


async def test_a_viewer_moves_to_another_process_and_goes_on(
    intakes: list[House], viewers: list[House]
) -> None:
    """LOG-2: it goes on from its position, without a gap or a repeat, however often it moves."""
    watcher = await Watcher.open(viewers)
    sender = Sender(intakes, rate=150)
    for _ in range(6):
        reached, hellos = watcher.offered, watcher.hellos
        await watcher.until(lambda: watcher.offered > reached + 10)  # noqa: B023  # awaited at once
        watcher._task.cancel()
        await asyncio.gather(watcher._task, return_exceptions=True)
        watcher._task = asyncio.create_task(watcher._run())
        await watcher.until(lambda: watcher.hellos > hellos)  # noqa: B023  # awaited at once
    accepted = await sender.finish()
    await watcher.until(lambda: watcher.offered >= len(accepted))
    watcher.accounts_for(accepted)
    assert not watcher.unknown + watcher.missed
    assert len(watcher.served) == 3
    await watcher.leave()


async def test_the_last_off_at_any_process_empties_the_channel(
    intakes: list[House], viewers: list[House], redis: RedisServer
) -> None:
    """LOG-6: streams at other processes end, the log is deleted, and what arrives afterwards is
    dropped.
    """
    await off_all(viewers)
    one, two = [await Watcher.open(viewers, number) for number in (0, 1)]
    sender = Sender(intakes, rate=100)
    await one.until(lambda: one.offered > 20 and two.offered > 20)
    assert await off(viewers[2], one.session) == 204
    await one.until(lambda: bool(one.byes))
    assert one.byes[-1].retry_after is None
    reached = two.offered
    await two.until(lambda: two.offered > reached)
    assert await off(viewers[0], two.session) == 204
    await two.until(lambda: bool(two.byes))
    await sender.finish()
    left = redis.command("KEYS", "*town:shop/test}:log*")
    assert left == b"*0\r\n"


async def off(house: House, session: str) -> int:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        answer = await client.delete(
            f"{house.url}/api/watch/{session}", headers={"authorization": f"Bearer {house.key}"}
        )
    return answer.status_code


async def off_all(viewers: list[House]) -> None:
    """Ends the sessions that other tests have left to lapse; Redis may have lost some when it was killed."""
    for session in Watcher.left:
        assert await off(viewers[0], session) in (204, 410)
    Watcher.left.clear()
