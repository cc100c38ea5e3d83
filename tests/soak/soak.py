"""Hours in minutes: visitors walk, viewers come and go, things break, and every promise is watched throughout."""

import asyncio
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import msgspec

from dagnet_realtime.core.simulation import simulate
from dagnet_realtime.graphs.folder import FolderGraphs
from tests.faults.town import House, town
from tests.faults.wire import Wire, wire
from tests.soak.mishaps import Mishaps
from tests.soak.viewers import Audience
from tests.soak.visitors import Visitors
from tests.soak.witness import Witness
from tests.support.redis import RedisServer, redis_server
from tests.support.server import GRAPH, SAMPLE

WALKERS = 200
GROWTH = (1.25, 15.0)  # of the steady process: a share and megabytes; both must be exceeded
LOOSE_FILES = (
    40  # that a process may have open when everybody has gone, over what it had before anybody came
)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`recovery` are the seconds after a mishap within which everybody must be shown what is sent after it."""

    seconds: float = 1800.0
    seed: int = 1
    rate: float = 500.0
    viewers: int = 10
    stay: tuple[float, float] = (10.0, 60.0)
    rest: tuple[float, float] = (3.0, 12.0)
    longest: float = 10.0
    recovery: float = 5.0
    only: tuple[str, ...] = ()


class Soak:
    """One run. `broken` says which promises were not kept, each with the second at which that was seen."""

    def __init__(self, plan: Plan, say: object = print) -> None:
        self.plan = plan
        self.broken: list[str] = []
        self.happened: Counter[str] = Counter()
        self.recoveries: dict[str, list[float]] = defaultdict(list)
        self._say = say
        self._began = 0.0
        self._late = 0.0

    async def run(self, folder: Path) -> str:
        """Runs it and returns the report."""
        with redis_server("--maxmemory-policy", "noeviction") as redis, wire(redis.port) as cable:
            ports = (redis.port, redis.port, redis.port, redis.port, cable.port)
            building = town(redis, folder, ports)
            houses = await asyncio.to_thread(building.__enter__)
            try:
                return await self._run(houses, redis, cable)
            finally:
                await asyncio.to_thread(building.__exit__, None, None, None)

    async def _run(self, houses: list[House], redis: RedisServer, cable: Wire) -> str:
        plan, chance = self.plan, Random(self.plan.seed)
        self._began = time.monotonic()
        graph = FolderGraphs({"shop": SAMPLE})
        graph.load()
        calls = simulate(
            graph.catalogue("shop").graphs[GRAPH], WALKERS, plan.rate, Random(chance.random())
        )
        witness = Witness(houses)
        witness.look()
        empty = {house.name: witness.files(house.name) for house in houses}
        visitors = Visitors(houses[:2], calls, plan.rate, Random(chance.random()))
        audience = Audience(houses[2:], visitors, plan.viewers, plan.stay, Random(chance.random()))
        mishaps = Mishaps(
            houses[:4],
            redis,
            cable,
            Random(chance.random()),
            lambda: audience.losses.append(time.monotonic()),
            plan.longest,
        )
        looking = asyncio.create_task(self._look(witness))
        try:
            await asyncio.sleep(min(5.0, plan.seconds / 4))
            while (left := plan.seconds - (time.monotonic() - self._began)) > 0:
                await self._mishap(mishaps, audience, chance)
                self._collect(visitors, audience)
                await asyncio.sleep(min(left, chance.uniform(*plan.rest)))
            await audience.close()
            await visitors.finish(30.0)
            self._collect(visitors, audience)
        finally:
            looking.cancel()
            visitors.cancel()
            await audience.cancel()
        await self._loose(houses, empty)
        steady = houses[4].name
        before, after = witness.growth(steady)
        self._hold(
            after <= before * GROWTH[0] or after <= before + GROWTH[1],
            f"the steady process grew from {before:.0f} to {after:.0f} MB",
        )
        used = int(redis.command("INFO", "memory").split(b"used_memory:")[1].split(b"\r\n")[0])
        return self._report(visitors, audience, witness, steady, used)

    async def _look(self, witness: Witness) -> None:
        while True:
            witness.look()
            before = time.monotonic()
            await asyncio.sleep(1.0)
            self._late = max(self._late, time.monotonic() - before - 1.0)

    async def _mishap(self, mishaps: Mishaps, audience: Audience, chance: Random) -> None:
        kinds = [
            kind for kind in mishaps.kinds if not self.plan.only or kind.__name__ in self.plan.only
        ]
        kind = chance.choice(kinds)
        name = kind.__name__.replace("_", " ")
        self._tell(name)
        self.happened[name] += 1
        try:
            await kind()
        except AssertionError as error:  # a process that did not stop or start as it should
            self._hold(False, f"{name}: {error}")  # noqa: FBT003  # what is raised is broken
        over = time.monotonic()
        waiting = set(audience.present)
        while (
            waiting := {viewer for viewer in waiting & audience.present if viewer.fresh <= over}
        ) and time.monotonic() < over + 30.0:
            await asyncio.sleep(0.05)
        took = time.monotonic() - over
        self.recoveries[name].append(took)
        self._hold(
            took <= self.plan.recovery,
            f"{took:.1f} s after “{name}” {len(waiting)} viewers were not live again",
        )

    async def _loose(self, houses: list[House], empty: dict[str, int]) -> None:
        """What is open once everybody has gone."""
        until = time.monotonic() + 15.0
        while True:
            last = Witness(houses)
            last.look()
            loose = {house.name: last.files(house.name) - empty[house.name] for house in houses}
            if max(loose.values()) <= LOOSE_FILES or time.monotonic() > until:
                break
            await asyncio.sleep(0.5)
        self._hold(max(loose.values()) <= LOOSE_FILES, f"files stay open: {loose}")

    def _collect(self, visitors: Visitors, audience: Audience) -> None:
        for found in (visitors.broken, audience.broken):
            while found:
                self._hold(False, found.pop(0))  # noqa: FBT003  # what is found is broken

    def _hold(self, held: bool, what: str) -> None:
        if not held:
            self.broken.append(f"at {time.monotonic() - self._began:.0f} s: {what}")
            self._tell("BROKEN: " + what)

    def _tell(self, text: str) -> None:
        assert callable(self._say)
        self._say(f"  {time.monotonic() - self._began:6.0f} s  {text}")

    def _report(
        self, visitors: Visitors, audience: Audience, witness: Witness, steady: str, used: int
    ) -> str:
        before, after = witness.growth(steady)
        took = time.monotonic() - self._began
        answers = ", ".join(
            f"{count} × {answer}" for answer, count in visitors.answers.most_common()
        )
        lines = [
            f"seed {self.plan.seed}, {took:.0f} s, {visitors.events:,} events taken: {visitors.events / took:.0f} a second",
            f"this program's own clock ran {self._late:.1f} s late at worst; on a machine that busy recoveries are not ours alone",
            f"{audience.seen:,} shown to {audience.gone} viewers; {audience.reconnects} reconnections, {audience.gaps} gaps told",
            f"Redis lost everything {len(audience.losses)} times and holds {used / 1e6:.0f} MB",
            f"answers to deliveries: {answers}",
            f"the steady process held {before:.0f} MB early and {after:.0f} MB late, and {witness.files(steady)} open files at most",
        ]
        for name, times in sorted(self.recoveries.items()):
            lines.append(
                f"{self.happened[name]:4} × {name}: live again after {sorted(times)[len(times) // 2]:.1f} s, {max(times):.1f} s at most"
            )
        lines += [
            f"{len(self.broken)} promises broken" + ("" if not self.broken else ":"),
            *self.broken,
        ]
        return "\n".join(lines)
