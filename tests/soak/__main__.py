"""`make soak`: SOAK_MINUTES (30), SOAK_SEED (a fresh one), SOAK_RATE (500 events a second) and SOAK_ONLY (e.g. redis_is_paused, a comma
between several) say how long, which, how much, and what alone goes wrong.
"""

import asyncio
import os
import sys
import tempfile
from functools import partial
from pathlib import Path
from random import SystemRandom

from tests.soak.soak import Plan, Soak


def main() -> int:
    """Runs one and reports; returns 1 if a promise was broken."""
    plan = Plan(
        seconds=float(os.environ.get("SOAK_MINUTES", "30")) * 60,
        seed=int(os.environ.get("SOAK_SEED") or SystemRandom().randrange(1_000_000)),
        rate=float(os.environ.get("SOAK_RATE", "500")),
        only=tuple(filter(None, os.environ.get("SOAK_ONLY", "").split(","))),
    )
    print(
        f"── {plan.seconds / 60:g} minutes of {plan.rate:g} events/s with seed {plan.seed}",
        flush=True,
    )
    soak = Soak(plan, partial(print, flush=True))
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(soak.run(Path(folder)))
    print(report)
    return 1 if soak.broken else 0


if __name__ == "__main__":
    sys.exit(main())
