"""Answers one request in a process of its own, as a serverless platform may: read from standard input, answered on standard output.

The file system is read-only to it but for the temporary folder, as far as a test can make sure: any other file it opens to write fails.
"""

import asyncio
import base64
import gc
import importlib
import json
import os
import sys
import tempfile
import time
from typing import Any


async def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    # The entry itself, under the name by which the platform imports it.
    app = importlib.import_module(os.environ.get("SERVERLESS_ENTRY", "api.index")).app

    parts: list[bytes] = []
    told: dict[str, Any] = {}
    body = base64.b64decode(asked.get("body", ""))
    received = False

    async def receive() -> dict[str, Any]:
        nonlocal received
        if received:
            await asyncio.Event().wait()
        received = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            told["status"] = message["status"]
            told["headers"] = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                told["waited"] = time.monotonic() - asked_at

    path, _, query = asked["path"].partition("?")
    headers = [
        (name.encode(), value.encode())
        for name, value in {"host": "realtime.test", **asked.get("headers", {})}.items()
    ]
    scope = {
        "type": "http", "http_version": "1.1", "method": asked["method"], "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": query.encode(), "headers": headers, "scheme": "https", "server": ("realtime.test", 443), "client": ("10.0.0.1", 5),
    }  # fmt: skip
    asked_at = time.monotonic()
    await app(scope, receive, send)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    took = told["waited"]
    return {
        "status": told["status"],
        "headers": told["headers"],
        "body": b"".join(parts).decode(),
        "left": len(left),
        "waited": took,
    }


def _read_only() -> None:
    allowed = os.path.realpath(tempfile.gettempdir())

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if (
            event != "open"
            or not isinstance(arguments[0], str)
            or not isinstance(arguments[1], str)
        ):
            return
        path = os.path.realpath(arguments[0])
        if set(arguments[1]) & set("wax+") and not path.startswith((allowed, "/dev/")):
            raise PermissionError(30, "Read-only file system", path)

    sys.addaudithook(watch)


if __name__ == "__main__":
    began = time.monotonic()
    _read_only()
    answered = asyncio.run(_answer(json.load(sys.stdin)))
    json.dump(
        {
            **answered,
            "seconds": time.monotonic() - began,
            "cpu": time.process_time(),
            "collects": gc.isenabled(),
            "loaded": sorted({name.partition(".")[0] for name in sys.modules}),
        },
        sys.stdout,
    )
