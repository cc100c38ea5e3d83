"""The least that a server of deliveries can do: read the body, check the HMAC, decode the JSON with orjson, answer 200.

`python -m benchmarks.baseline single|batch` serves it on the same server and settings as ours, and prints its port.
"""

import asyncio
import hashlib
import hmac
import json
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
import uvicorn
import uvloop

from benchmarks.load import SECRET

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-length", b"2"), (b"content-type", b"text/plain")],
}
END: Message = {"type": "http.response.body", "body": b"ok"}


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request."""
    message = await receive()
    body: bytes = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    return body


def _header(scope: Message) -> bytes:
    return next((value for name, value in scope["headers"] if name == b"x-signature"), b"")


async def single(scope: Message, receive: Receive, send: Send) -> None:
    """One event a request, signed over the whole body."""
    body = await read_body(receive)
    assert hmac.compare_digest(
        hmac.new(SECRET, body, hashlib.sha1).hexdigest().encode(), _header(scope)
    )
    orjson.loads(body)
    await send(START)
    await send(END)


async def batch(scope: Message, receive: Receive, send: Send) -> None:
    """A JSON array a request, signed over its first element as it stands."""
    body = await read_body(receive)
    _, end = json.JSONDecoder().raw_decode(body.decode(), 1)
    first = body.decode()[1:end].encode()
    assert hmac.compare_digest(
        hmac.new(SECRET, first, hashlib.sha1).hexdigest().encode(), _header(scope)
    )
    orjson.loads(body)
    await send(START)
    await send(END)


def serve(app: App) -> None:
    """Serves until it is stopped, and prints the port."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="critical",
        access_log=False,
        http="httptools",
        lifespan="off",
        timeout_graceful_shutdown=1,  # a stream would hold the end up for ever
    )
    server = uvicorn.Server(config)

    async def run() -> None:
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        sys.stdout.write(f"{server.servers[0].sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await serving

    uvloop.run(run())


if __name__ == "__main__":
    serve({"single": single, "batch": batch}[sys.argv[1]])
