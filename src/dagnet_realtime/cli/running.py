"""Runs the server for `serve` and `demo`, and says where it is once it listens."""

import asyncio
import os
import webbrowser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from dagnet_realtime.cli.beside import Beside, forget, remember, state_folder
from dagnet_realtime.config.config import Config
from dagnet_realtime.config.environment import SUCCESSOR as VARIABLE
from dagnet_realtime.model.graph import Graph
from dagnet_realtime.model.workspace import Workspace


def serving(
    config: Config, *, explained: bool = False, opened: bool = False, again: Callable[[], Config] | None = None, workers: int | None = None
) -> None:
    """Serves until stopped. `explained` also prints how to reach the generated sources, `opened` opens the browser.

    `again` reads the configuration anew when its file has changed. With `workers` that many processes serve, and this one looks after them.
    """
    from dagnet_realtime.app.log_lines import log_to
    from dagnet_realtime.app.serve import run

    log_to()
    if succeeded(config, again):
        return
    folder = state_folder(os.environ)
    key_file = Path(config.key_file) if config.key_file else folder / f"{os.getpid()}.key"
    written: list[Path] = [] if config.key_file else [key_file]

    def ready(link: str) -> None:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(link))
        print(f"Realtime is at {link}", flush=True)
        if explained:
            for line in explanation(config.workspaces[0], origin):
                print(line, flush=True)
        written.append(remember(folder, Beside.of(origin, key_file, config.workspaces[0] if explained or config.demo else None)))
        if opened:
            webbrowser.open(link)

    try:
        if workers:
            from dagnet_realtime.app.workers import Workers

            Workers(msgspec.structs.replace(config, key_file=str(key_file)), workers, ready, loop_factory(), again).run()
        else:
            asyncio_run(config, key_file, ready, partial(run, again=again))
    finally:
        forget(written)


def succeeded(config: Config, again: Callable[[], Config] | None) -> bool:
    """Where this process was started to replace a worker: serves as one until it is told to stop, and answers True."""
    if VARIABLE not in os.environ:
        return False
    from dagnet_realtime.app.successor import handed_over, inherited, joined
    from dagnet_realtime.app.workers import work

    handed = handed_over(os.environ)
    if code := work(joined(handed, config), inherited(handed), handed.alive, handed.tell, again, loop_factory()):
        raise SystemExit(code)
    return True


def asyncio_run(config: Config, key_file: Path, ready: Callable[[str], None], run: Callable[..., object]) -> None:
    """Runs the server on uvloop where there is one."""
    configured = msgspec.structs.replace(config, key_file=str(key_file))
    factory = loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(run(configured, ready=ready))  # type: ignore[arg-type]


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's loop, or None for the standard one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def explanation(workspace: Workspace, origin: str) -> list[str]:
    """How to reach the generated sources: the webhook's URL and secret, the write key, and a line that lights the first node."""
    lines = []
    for source in workspace.sources:
        if source.kind == "webhook" and source.secrets:
            lines += [f"Webhook    {origin}/segment/webhook/{source.id}", f"  secret   {source.secrets[0].reveal().decode()}"]
        if source.write_key is not None:
            key = source.write_key.reveal().decode()
            lines += [f"Tracking   {origin}/v1", f"  key      {key}"]
            if found := first_light(workspace):
                label, body = found
                lines += [f"Open the link, then light “{label}”:", f"  curl -u {key}: {origin}/v1/{body['type']} -d '{quoted(body)}'"]
    return lines


def quoted(body: dict[str, object]) -> str:
    """JSON that stands between single quotes of a shell."""
    return msgspec.json.encode(body).decode().replace("'", "'\\''")


def first_light(workspace: Workspace) -> tuple[str, dict[str, object]] | None:
    """The first node that can be lit, by its label, and a message that lights it."""
    from random import Random

    from dagnet_realtime.core.calls import call_for
    from dagnet_realtime.graphs.folder import FolderGraphs

    graphs = FolderGraphs({workspace.channel.workspace: Path(workspace.path)})
    graphs.load()
    found: list[Graph] = [graph for graph in graphs.catalogue(workspace.channel.workspace).graphs.values() if graph.listens]
    if not found:
        return None
    graph = max(found, key=lambda graph: len(graph.listens))
    listen = graph.listens[0]
    call = call_for(listen, Random(0), {})  # noqa: S311 - one example, the same each time
    body: dict[str, object] = {"type": call.type, "anonymousId": "curl"}
    body |= {"event": call.name} if call.type == "track" else {"name": call.name} if call.name else {}
    if call.properties:
        body["properties"] = dict(call.properties)
    if call.traits:
        body["context"] = {"traits": dict(call.traits)}
    return listen.label or listen.event_id, body
