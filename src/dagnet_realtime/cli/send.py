"""`send`: posts events from files as Segment would."""

import asyncio
import sys
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dagnet_realtime.core.event_files import parse_messages
from dagnet_realtime.model.problem import Problem

if TYPE_CHECKING:
    from dagnet_realtime.app.sender import DeliveryResult, Sender

CONCURRENCY = 16
"""Deliveries under way; a slow receiver slows the command down."""

_MARK = "\ufeff"  # a byte order mark; files that were joined have several
MAX_BYTES = 256 * 1024 * 1024
"""Bytes of one file."""


def send(
    url: Annotated[
        str, typer.Argument(help="A webhook's URL, or one under /v1 for the tracking API.")
    ],
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="JSON, NDJSON, captured requests or session logs; - is stdin."
        ),
    ],
    secret: Annotated[
        str, typer.Option(help="Shared secret to sign with; env:NAME and file:PATH are read.")
    ] = "",
    write_key: Annotated[
        str, typer.Option(help="Write key of the tracking API; env:NAME and file:PATH are read.")
    ] = "",
    batch: Annotated[int, typer.Option(min=1, max=4000, help="Events per delivery.")] = 1,
    rate: Annotated[
        float, typer.Option(min=0, help="Events per second; 0 = as fast as possible.")
    ] = 0,
    jitter: Annotated[
        float,
        typer.Option(
            min=0, max=600, help="Delay each delivery by up to so many seconds, out of order."
        ),
    ] = 0,
    fresh_ids: Annotated[
        bool,
        typer.Option(
            "--fresh-ids", help="Give every message a new messageId, so that none is a duplicate."
        ),
    ] = False,
) -> None:
    """Post events from files as Segment would.

    Deliveries are signed, single or in batches, and retried by its rules.

    \b
    Example:
      dagnet-realtime send http://127.0.0.1:8765/segment/webhook/webhook events.ndjson \\
        --secret env:SEGMENT_SECRET --rate 50
    """
    from dagnet_realtime.cli.endpoint import sender_to

    found = [message for file in files for message in parse_messages(read(file), str(file))]
    if fresh_ids:
        found = [{**message, "messageId": f"resent-{uuid.uuid4()}"} for message in found]
    sender = sender_to(url, secret, write_key, chance := Random())  # noqa: S311 - no secrets
    answers = asyncio.run(
        deliver(
            sender,
            list(batches(found, batch)),
            when(len(found), batch, rate, jitter, chance),
            batched=batch > 1,
        )
    )
    refused = [answer for answer in answers if not answer.taken]
    print(
        f"Sent {len(found)} events in {len(answers)} deliveries: {len(answers) - len(refused)} "
        f"taken, {len(refused)} refused"
    )
    if refused:
        raise Problem("invalid", f"{len(refused)} deliveries were not accepted", refused[0].reason)


def read(file: Path) -> str:
    """The file's text. Raises `Problem("not_found")` if it cannot be read."""
    try:
        if str(file) == "-":
            return sys.stdin.read(MAX_BYTES).lstrip(_MARK)
        if file.stat().st_size > MAX_BYTES:
            raise Problem("too_large", f"{file} is larger than 256 MiB", remedy="Split it")
        return file.read_text(encoding="utf-8").lstrip(_MARK)
    except OSError as error:
        raise Problem("not_found", f"{file} cannot be read", error.strerror or "") from None
    except UnicodeDecodeError:
        raise Problem("invalid", f"{file} is not UTF-8", remedy="Save it as UTF-8") from None


def batches(found: Sequence[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """The messages, split into deliveries of `size`."""
    for start in range(0, len(found), size):
        yield list(found[start : start + size])


def when(events: int, size: int, rate: float, jitter: float, chance: Random) -> list[float]:
    """Seconds from the start at which each delivery leaves."""
    return [
        (start / rate if rate else 0.0) + (chance.uniform(0, jitter) if jitter else 0.0)
        for start in range(0, events, size)
    ]


async def deliver(
    sender: "Sender",
    loads: Sequence[list[dict[str, Any]]],
    times: Iterable[float],
    *,
    batched: bool,
) -> "list[DeliveryResult]":
    """Sends each delivery at its time, at most `CONCURRENCY` at once; the results in that order."""
    slots = asyncio.Semaphore(CONCURRENCY)
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def one(load: list[dict[str, Any]]) -> "DeliveryResult":
        try:
            return await sender.send(load, batched=batched)
        finally:
            slots.release()

    async with sender, asyncio.TaskGroup() as group:
        under_way = []
        for at, load in sorted(zip(times, loads, strict=True), key=lambda pair: pair[0]):
            await slots.acquire()
            await asyncio.sleep(max(0.0, began + at - loop.time()))
            under_way.append(group.create_task(one(load)))
    return [task.result() for task in under_way]
