"""Redis under sentinels and as a cluster, by the addresses that `docs/how-to/deployment.md` gives, with real servers of both."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.people import Sender, Watcher
from tests.faults.town import House
from tests.support.redis_many import cluster, sentinel

PAGE = (Path(__file__).parents[2] / "docs/how-to/deployment.md").read_text()


def address(kind: str, *ports: int) -> str:
    """The page's own URL of that kind, its servers here."""
    (written,) = re.findall(rf"`(redis\+{kind}://\S+)`", PAGE)
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return re.sub(r"//[^/]+", f"//{hosts}", written).replace("SERVICE", "events")


@contextmanager
def under_sentinels() -> Iterator[tuple[str, Callable[[], object]]]:
    with sentinel() as (master, _, watcher):
        yield address("sentinel", watcher.port), master.kill


@contextmanager
def in_a_cluster() -> Iterator[tuple[str, Callable[[], object]]]:
    with cluster() as node:
        yield (
            address("cluster", node.port),
            lambda: node.command("CLIENT", "KILL", "TYPE", "normal"),
        )


@pytest.mark.proof
@pytest.mark.parametrize("arrangement", [under_sentinels, in_a_cluster])
async def test_two_processes_go_on_when_the_store_moves(
    arrangement: Callable[[], object], tmp_path: Path
) -> None:
    """LOG-60, OPS-20: every event is shown once or told in a gap, and none is lost at the door."""
    with arrangement() as (url, mishap):  # type: ignore[attr-defined]
        houses = [House(tmp_path, name, url) for name in ("one", "two")]
        try:
            for house in houses:
                house.start()
            watchers = [await Watcher.open(houses, start) for start in range(2)]
            sender = Sender(houses, rate=40)
            await watchers[0].until(lambda: watchers[0].offered > 40)
            mishap()
            taken = len(sender.accepted)
            await watchers[0].until(lambda: len(sender.accepted) > taken + 80)
            accepted = await sender.finish()
            for watcher in watchers:
                await watcher.until(lambda: watcher.unknown > 0 or watcher.offered >= len(accepted))  # noqa: B023  # awaited at once
                watcher.accounts_for(accepted, sender.again)
                await watcher.leave()
        finally:
            for house in houses:
                house.stop()
