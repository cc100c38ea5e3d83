"""Expectations: what a run, an event, an answer and two hundred tests at once cost."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil

from benchmarks.report import Figure
from dagnet_realtime.app.factories import read_catalogues
from dagnet_realtime.cli.demo import SAMPLE
from dagnet_realtime.cli.expect.evaluator import AT_END, Evaluator, Json, open_evaluator
from dagnet_realtime.cli.expect.http import ExpectApi, Markers
from dagnet_realtime.cli.expect.runner import Run
from dagnet_realtime.cli.expect.server import OwnServer
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS

GRAPH = read_catalogues({"shop": SAMPLE})["shop"].graphs["uk-checkout-journey"]
WIRE = msgspec.json.encode(GRAPH).decode()
PATH = ("landing-page", "product-list", "product-page", "basket", "checkout", "purchase")
UUIDS = {node.id: node.uuid for node in GRAPH.nodes}
EVENTS, FRAME, SCOPES = 30_000, 250, 200
START = 1_767_603_600_000


def _expectations() -> list[dict[str, Any]]:
    """Fifty, of every kind."""
    made: list[dict[str, Any]] = []
    for n in range(5):
        one, next = PATH[n], PATH[n + 1]
        made += [
            {"lit": [one, next]},
            {"path": [one, next]},
            {"path": list(PATH[: n + 2]), "of": "every"},
            {"order": [PATH[0], next]},
            {"within": "30s", "from": one, "to": next},
            {"count": one, "min": 1},
            {"each": "purchase", "where": f"total>{-n} currency:GBP"},
            {"some": f"node:{one}"},
            {"never": f"node:purchase -seen:{one}"},
            {"never": f"node:purchase total>{1000 + n}"},
        ]
    return made


def _frames() -> list[str]:
    """Twenty visitors at a time go from the landing page to the purchase."""
    frames = []
    for first in range(0, EVENTS, FRAME):
        events, counts = [], {}
        for n in range(first, first + FRAME):
            step, visitor = (n // 20) % 6, n // 120 * 20 + n % 20
            uuid = UUIDS[PATH[step]]
            counts[uuid] = counts.get(uuid, 0) + 1
            moment = f"2026-01-05T09:{n // 6000:02}:{n // 100 % 60:02}.{n % 100:02}0Z"
            events.append(
                {
                    "id": f"m{n}",
                    "type": "track",
                    "name": PATH[step],
                    "occurred_at": moment,
                    "arrived_at": moment,
                    "segment_received_at": None,
                    "source": "web",
                    "nodes": [uuid],
                    "flags": [],
                    "offset": n,
                    "traces": [{"kind": "anonymousId", "token": f"t{visitor}"}],
                    "properties": {"currency": "GBP", "total": 4} if step == 5 else {},
                }
            )
        ledger = dict.fromkeys(
            ("unmapped", "filtered", "missed", "thinned", "sampled_out", "forgotten"), 0
        )
        frame = {
            "at": START + first, "op": "batch", "from": f"e.{first}", "position": f"e.{first + FRAME}", "counts": counts,
            "unmapped": {}, "other": 0, "events": events, "threshold": 1,
            "ledger": ledger | {"offered": FRAME, "lit": FRAME, "carried": FRAME},
        }  # fmt: skip
        frames.append(json.dumps([frame]))
    return frames


def _seconds(evaluator: Evaluator, frames: list[str], expect: list[dict[str, Any]]) -> float:
    """Processor seconds to take all frames, to ask after each whether all is decided, and to report
    at the end: what a run does that is attached until all is decided."""
    spec = {"format": "dagnet-realtime/expect@1", "graph": GRAPH.name, "expect": expect}
    files = json.dumps([{"name": "bench.yaml", "spec": spec}])
    run = evaluator.ask("open", WIRE, START, files, "{}")["run"]
    began = time.process_time()
    for frame in frames:
        evaluator.ask("take", run, Json(frame), "")
        evaluator.ask("waits", run, "")
    evaluator.ask("report", run, AT_END)
    took = time.process_time() - began
    evaluator.ask("close", run)
    return took


def _event() -> Figure:
    """With fifty expectations and with none, in turns of none, fifty, fifty, none: each run leaves
    garbage that the next one collects, which either meets alike so. The first turn warms up."""
    frames, fifty = _frames(), _expectations()
    none: list[dict[str, Any]] = []
    took: dict[int, list[float]] = {len(none): [], len(fifty): []}
    with open_evaluator() as evaluator:
        for turn in range(6):
            for expect in (none, fifty, fifty, none):
                seconds = _seconds(evaluator, frames, expect)
                if turn > 0:
                    took[len(expect)].append(seconds)
    bare, full = (statistics.median(took[len(expect)]) for expect in (none, fifty))
    ours = (full - bare) / EVENTS * 1e6
    return Figure(
        "Fifty expectations, an event",
        "µs",
        ours,
        bare / EVENTS * 1e6,
        "taking it in",
        "≤ 5 µs",
        ours <= 5,
    )


def _run() -> Figure:
    """The whole command around one that does nothing, settle aside; the quickest of five.

    Beside it stands the time that it computes, which other programs do not stretch.
    """
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "bench.yaml"
        spec.write_text(
            "format: dagnet-realtime/expect@1\ngraph: uk-checkout-journey\nexpect:\n  - lit: [basket]\n"
        )
        command = [sys.executable, "-m", "dagnet_realtime", "expect", str(spec)]
        command += ["--workspace", str(SAMPLE), "--settle", "0s", "--wait", "0s", "--", "true"]
        # As it is installed: with compiled modules.
        environ = {key: of for key, of in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "pyc")
        walls, works = [], []
        for _ in range(6):
            began, before = time.monotonic(), os.times()
            done = subprocess.run(command, env=environ, capture_output=True, check=False)
            assert done.returncode == 3, done.stderr
            after = os.times()
            walls.append(time.monotonic() - began)
            works.append(
                after.children_user
                + after.children_system
                - before.children_user
                - before.children_system
            )
    took = min(walls[1:])
    return Figure("What a run adds", "s", took, min(works[1:]), "computing", "≤ 2 s", took <= 2)


def _answers() -> list[Figure]:
    with open_evaluator() as evaluator, OwnServer(SAMPLE, layout=DEFAULT_FOLDERS) as server:
        run = Run(evaluator, [])
        run.open(GRAPH, GRAPH.name, {})
        run.watch(server.origin, server.key, "shop", "local")
        with (
            Markers(server.origin, server.write_key) as markers,
            ExpectApi(run, markers.send) as api,
        ):
            headers = {"authorization": f"Bearer {api.key}"}
            with (
                httpx.Client(base_url=api.url, headers=headers, timeout=30) as asks,
                httpx.Client(base_url=server.origin, auth=(server.write_key, "")) as sends,
            ):
                process = psutil.Process()
                before, took = process.memory_info().rss, []
                for n in range(SCOPES):
                    body = {"seeds": [{"kind": "anonymousId", "value": f"bench-{n}"}]}
                    scope = asks.post("/expect/scopes", json=body).json()["scope"]
                    check = asks.post(
                        f"/expect/scopes/{scope}/checks", json={"lit": ["product-page"]}
                    ).json()["check"]
                    began = time.monotonic()
                    sends.post(
                        "/v1/track", json={"event": "view_item", "anonymousId": f"bench-{n}"}
                    )
                    assert asks.get(f"/expect/checks/{check}?wait=5").json()["verdict"] == "met"
                    took.append((time.monotonic() - began) * 1000)
                grown = (process.memory_info().rss - before) / 2**20
        run.stop()
    p95 = statistics.quantiles(took, n=20)[-1]
    return [
        Figure(
            "From an event to a check's answer, p95",
            "ms",
            p95,
            statistics.median(took),
            "the median",
            "≤ 150 ms",
            p95 <= 150,
        ),
        Figure("Two hundred scopes open at once", "MB", grown, None, "", "≤ 150 MB", grown <= 150),
    ]


def measure() -> list[Figure]:
    """All of them."""
    return [*_answers(), _run(), _event()]
