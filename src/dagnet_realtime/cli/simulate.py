"""`simulate`: visitors walk a graph and send the events that it listens for."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from dagnet_realtime.cli.demo import SAMPLE
from dagnet_realtime.model.graph import Graph
from dagnet_realtime.model.problem import Problem

if TYPE_CHECKING:
    from dagnet_realtime.app.sender import DeliveryResult, Sender
    from dagnet_realtime.core.simulation import SimulatedCall


def simulate(
    graph: Annotated[
        str,
        typer.Argument(
            help="A graph's file in a DagNet data repository, or the name of one of the sample's."
        ),
    ],
    url: Annotated[
        str, typer.Argument(help="A webhook's URL, or one under /v1 for the tracking API.")
    ],
    visitors: Annotated[int, typer.Option(min=1, max=10_000, help="Visitors at once.")] = 50,
    rate: Annotated[
        float, typer.Option(min=0.01, max=5000, help="Events per second, in total.")
    ] = 20,
    events: Annotated[
        int, typer.Option(min=0, help="Stop after so many events; 0 = at Ctrl-C.")
    ] = 0,
    secret: Annotated[
        str,
        typer.Option(
            help="Shared secret to sign with; by default that of a server on this machine."
        ),
    ] = "",
    write_key: Annotated[
        str, typer.Option(help="Write key of the tracking API; env:NAME and file:PATH are read.")
    ] = "",
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same visitors.")] = None,
    forget: Annotated[
        bool, typer.Option(help="Never send the event of the node that visitors reach most rarely.")
    ] = True,
) -> None:
    """Send visitors through a graph, as Segment would.

    They walk by its probabilities and stop with Ctrl-C.

    \b
    Example:
      dagnet-realtime simulate ./acme/graphs/checkout.json \\
        http://127.0.0.1:8765/segment/webhook/webhook --rate 50
    """
    from dagnet_realtime.cli.endpoint import sender_to
    from dagnet_realtime.core.simulation import rarest_node, simulate

    found = opened(graph)
    chance = Random(seed)  # noqa: S311 - invented visitors need no secrecy
    calls = simulate(found, visitors, rate, chance, forget=rarest_node(found) if forget else None)
    sender = sender_to(url, secret, write_key, chance, attempts=3)
    told: Counter[str] = Counter()
    with suppress(KeyboardInterrupt):
        asyncio.run(_walk(islice(calls, events) if events else calls, sender, told))
    refused = sum(told.values()) - told[""]
    print(f"Sent {sum(told.values())} events: {told['']} taken, {refused} refused")
    if refused:
        raise Problem(
            "invalid",
            f"{refused} events were not accepted",
            next(reason for reason in told if reason),
        )


async def _walk(calls: "Iterator[SimulatedCall]", sender: "Sender", told: "Counter[str]") -> None:
    from dagnet_realtime.app.clock import SystemClock
    from dagnet_realtime.app.simulator import play

    def tell(_: "SimulatedCall", answer: "DeliveryResult") -> None:
        told["" if answer.taken else answer.reason] += 1

    async with sender:
        await play(calls, sender, SystemClock(), tell)


def opened(graph: str) -> Graph:
    """The graph in that file, else the sample's of that name. Raises `Problem("not_found")`."""
    from dagnet_realtime.graphs.folder import FolderGraphs

    path = Path(graph)
    folder = path.resolve().parent.parent if path.is_file() else SAMPLE
    catalogue = FolderGraphs({"here": folder}).load().catalogue("here")
    found = catalogue.graphs.get(path.stem if path.is_file() else graph)
    if found is None:
        broken = next(
            (error for error in catalogue.errors if Path(error.file).stem == path.stem), None
        )
        if broken is not None:
            raise Problem("invalid", f"{graph} cannot be read", broken.text)
        raise Problem(
            "not_found",
            f"There is no graph {graph}",
            remedy="Name a file such as ./acme/graphs/checkout.json",
        )
    return found
