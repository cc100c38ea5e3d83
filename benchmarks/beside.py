"""Delivery, one frame per event: by our server, and by nginx with nchan if it is installed."""

import asyncio
import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import uvloop

from benchmarks.delivery import GOALS, once
from benchmarks.report import Figure, say
from benchmarks.served import SERVER_CORE, Served, baseline, pin_load, pinned

RATE, SECONDS, POSTERS = 1000, 5, 16
SIZES = (10, 100)
PATIENCE = 10.0
"""Seconds after the last event in which what is late may still come."""
MODULE = Path(os.environ.get("NCHAN_MODULE", "/usr/lib/nginx/modules/ngx_nchan_module.so"))
_STAMP = re.compile(rb"#([0-9]+)#")
_NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr; load_module {module};
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder};
  scgi_temp_path {folder}; keepalive_requests 1000000; nchan_max_reserved_memory 128M;
  server {{
    listen 127.0.0.1:{port};
    location = /pub {{ nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 10000; }}
    location = /sub {{ nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest; }}
  }}
}}
"""


class _Viewer(asyncio.Protocol):
    def __init__(self) -> None:
        self.spans: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(
            b"GET /sub HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter_ns()
        self.spans += [(at - int(stamp)) / 1e6 for stamp in _STAMP.findall(data)]


class _Post(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)


async def _deliver(port: int, viewers: int) -> list[float]:
    """Milliseconds from POST to frame, sorted; of what has come."""
    loop = asyncio.get_running_loop()
    watching = [
        (await loop.create_connection(_Viewer, "127.0.0.1", port))[1] for _ in range(viewers)
    ]
    posters = [(await loop.create_connection(_Post, "127.0.0.1", port))[1] for _ in range(POSTERS)]
    await asyncio.sleep(1)
    began = time.perf_counter()
    for number in range(RATE * SECONDS):
        late = began + number / RATE - time.perf_counter()
        if late > 0:
            await asyncio.sleep(late)
        body = b'{"stamp":"#%d#","rest":"%s"}' % (time.perf_counter_ns(), b"x" * 450)
        head = b"POST /pub HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % len(body)
        posters[number % POSTERS].transport.write(head + body)
    wanted = viewers * RATE * SECONDS
    over = time.perf_counter() + PATIENCE
    while (
        sum(len(viewer.spans) for viewer in watching) < wanted * 0.999
        and time.perf_counter() < over
    ):
        await asyncio.sleep(0.1)
    return sorted(span for viewer in watching for span in viewer.spans)


@contextlib.contextmanager
def _nchan() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
        free.close()
        config = Path(folder) / "nginx.conf"
        config.write_text(_NGINX.format(folder=folder, port=port, module=MODULE))
        with subprocess.Popen(
            pinned(SERVER_CORE, "nginx", "-c", str(config), "-p", folder), stderr=subprocess.DEVNULL
        ) as child:
            try:
                for _ in range(100):
                    with (
                        contextlib.suppress(OSError),
                        socket.create_connection(("127.0.0.1", port), 1),
                    ):
                        break
                    time.sleep(0.05)
                yield Served(port, child.pid)
            finally:
                child.terminate()


def _beside(name: str, served: Served, viewers: int, ours: float) -> Figure:
    spans = uvloop.run(_deliver(served.port, viewers))
    missing = viewers * RATE * SECONDS - len(spans)
    p99 = spans[int(len(spans) * 0.99)] if spans else float("inf")
    say(
        f"  {name}, {viewers} viewers: p50 {spans[len(spans) // 2]:.0f} ms, p99 {p99:.0f} ms, {missing} frames had not come"
    )
    goal = GOALS.get(viewers)
    words = f"ours ≤ {goal:.0f} ms" if goal else "—"
    met = None if goal is None else ours <= goal
    return Figure(
        f"Delivery p99 to {viewers} viewers, beside {name}", "ms", ours, p99, name, words, met
    )


def measure() -> list[Figure]:
    """Ours beside the others in the same run; without nchan a line says so."""
    pin_load()
    figures = []
    there = shutil.which("nginx") is not None and MODULE.exists()
    if not there:
        say(
            "  nginx with nchan: not installed here (on Debian: apt-get install libnginx-mod-nchan)"
        )
    for viewers in SIZES:
        ours = once(viewers).p99
        with baseline(of="benchmarks.plain") as served:
            figures.append(_beside("one frame per event", served, viewers, ours))
        if there:
            with _nchan() as served:
                figures.append(_beside("nginx and nchan", served, viewers, ours))
    return figures


if __name__ == "__main__":
    for figure in measure():
        say(figure.sentence())
