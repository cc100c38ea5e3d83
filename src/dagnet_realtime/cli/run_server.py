"""Runs the server for `serve` and `demo`, and prints its address once it listens."""

import asyncio
import os
import sys
import webbrowser
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from dagnet_realtime.app.files import (
    DELETIONS,
    local_key,
    local_token_key,
    write_key,
    write_private,
)
from dagnet_realtime.cli.server_state import ServerState, remove, state_folder, write
from dagnet_realtime.config.config import Config
from dagnet_realtime.config.sources import SUCCESSOR as VARIABLE
from dagnet_realtime.config.sources import is_loopback_host
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.graph import Graph
from dagnet_realtime.model.workspace import Workspace


def serving(
    config: Config,
    *,
    explained: bool = False,
    opened: bool = False,
    read_config: Callable[[], Config] | None = None,
    workers: int | None = None,
) -> None:
    """Serves until stopped.

    `explained` also prints how to reach the generated sources; `opened` opens the browser.
    `read_config` reads the configuration anew when its file changes. With `workers` so many
    processes serve, supervised by this one.
    """
    from dagnet_realtime.app.logging import log_to
    from dagnet_realtime.app.serve import run

    log_to()
    warn_of_plain_address(config)
    if run_as_successor(config, read_config):
        return
    folder = state_folder(os.environ)
    config = at_home(config, folder)
    key_file = folder / f"{os.getpid()}.key"
    written = [key_file]

    def ready(link: str) -> None:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(link))
        if config.key_file and config.access.mode == "local":
            write_key(key_file, Path(config.key_file).read_text(encoding="ascii").strip())
        written.append(
            write(
                folder,
                ServerState.of(
                    origin, key_file, config.workspaces[0] if explained or config.demo else None
                ),
            )
        )
        print(f"Realtime is at {link}", flush=True)
        if explained:
            for line in connection_hints(config.workspaces[0], origin):
                print(line, flush=True)
        if opened:
            page = folder / f"{os.getpid()}.html"
            written.append(page)
            write_private(page, redirect(link))
            webbrowser.open(page.as_uri())

    reload_config = (lambda: at_home(read_config(), folder)) if read_config is not None else None
    serves = msgspec.structs.replace(config, key_file=config.key_file or str(key_file))
    try:
        if workers:
            from dagnet_realtime.app.workers import Workers

            Workers(serves, workers, ready, loop_factory(), reload_config).run()
        else:
            asyncio_run(serves, ready, partial(run, reload_config=reload_config))
    finally:
        remove(written)


def run_as_successor(config: Config, read_config: Callable[[], Config] | None) -> bool:
    """Serves as a worker if this process was started to replace one; returns whether it was."""
    if VARIABLE not in os.environ:
        return False
    from dagnet_realtime.app.worker_process import (
        apply_inherited,
        inherited_socket,
        inherited_state,
    )
    from dagnet_realtime.app.workers import work

    handed = inherited_state(os.environ)
    if code := work(
        apply_inherited(handed, config),
        inherited_socket(handed),
        handed.alive,
        handed.tell,
        read_config,
        loop_factory(),
    ):
        raise SystemExit(code)
    return True


def warn_of_plain_address(config: Config) -> None:
    """Warns on standard error if sign-in cannot work over the configured address."""
    url = urlsplit(config.server.public_url)
    if (
        url.scheme == "http"
        and config.access.mode != "proxy"
        and not is_loopback_host(url.hostname or "")
    ):
        said = (
            "public_url begins with http://, but browsers keep a sign-in over https only. Put a "
            "TLS proxy in front of the server"
        )
        print(f"dagnet-realtime: {said}, and give its https:// address.", file=sys.stderr)


def at_home(config: Config, folder: Path) -> Config:
    """Adds the key in `folder` in local access, so that sign-ins survive a restart."""
    if config.access.mode != "local":
        return config
    key = local_key(folder)
    access = msgspec.structs.replace(config.access, cookie_key=Secret(key))
    deletions = str(folder / DELETIONS)
    return msgspec.structs.replace(
        config,
        access=access,
        deletions_file=deletions,
        workspaces=tuple(_keyed(one, key) for one in config.workspaces),
    )


def _keyed(workspace: Workspace, key: bytes) -> Workspace:
    """`workspace` with a token key derived from `key`, unless the configuration has one."""
    if workspace.policy.token_key is not None:
        return workspace
    made = Secret(local_token_key(key, workspace.channel))
    return msgspec.structs.replace(
        workspace, policy=msgspec.structs.replace(workspace.policy, token_key=made)
    )


def redirect(link: str) -> str:
    """A page that redirects to `link`.

    Only its owner can read the file; the arguments of the browser's process can be read by all
    users.
    """
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="referrer" '
        'content="no-referrer">'
        f'<meta http-equiv="refresh" content="0;url={escape(link)}"><title>DagNet Realtime</title>'
        f'<p><a href="{escape(link)}" rel="noreferrer">Open DagNet Realtime</a></p></html>'
    )


def asyncio_run(config: Config, ready: Callable[[str], None], run: Callable[..., object]) -> None:
    """Runs the server, on uvloop if it is installed."""
    factory = loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(run(config, ready=ready))  # type: ignore[arg-type]


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The factory of uvloop's event loop; None if uvloop is not installed."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def connection_hints(workspace: Workspace, origin: str) -> list[str]:
    """Lines that say how to reach the generated sources, with a `curl` that lights a node."""
    lines = []
    for source in workspace.sources:
        if source.kind == "webhook" and source.secrets:
            lines += [
                f"Webhook    {origin}/segment/webhook/{source.id}",
                f"  secret   {source.secrets[0].reveal().decode()}",
            ]
        if source.write_key is not None:
            key = source.write_key.reveal().decode()
            lines += [f"Tracking   {origin}/v1", f"  key      {key}"]
            if found := example_event(workspace):
                label, body = found
                lines += [
                    f"Open the link, then light “{label}”:",
                    f"  curl -u {key}: {origin}/v1/{body['type']} -d '{quoted(body)}'",
                ]
    return lines


def quoted(body: dict[str, object]) -> str:
    """JSON that is safe between single quotes of a shell."""
    return msgspec.json.encode(body).decode().replace("'", "'\\''")


def example_event(workspace: Workspace) -> tuple[str, dict[str, object]] | None:
    """The first node that can be lit, by its label, and a message that lights it."""
    from random import Random

    from dagnet_realtime.core.simulation import call_lighting
    from dagnet_realtime.graphs.folder import FolderGraphs

    graphs = FolderGraphs(
        {workspace.channel.workspace: Path(workspace.path)}, layout=workspace.folders
    )
    graphs.load()
    found: list[Graph] = [
        graph
        for graph in graphs.catalogue(workspace.channel.workspace).graphs.values()
        if graph.listens
    ]
    if not found:
        return None
    graph = max(found, key=lambda graph: len(graph.listens))
    listen = graph.listens[0]
    call = call_lighting(listen, Random(0), {})  # noqa: S311 - one example, the same each time
    body: dict[str, object] = {"type": call.type, "anonymousId": "curl"}
    body |= (
        {"event": call.name} if call.type == "track" else {"name": call.name} if call.name else {}
    )
    if call.properties:
        body["properties"] = dict(call.properties)
    if call.traits:
        body["context"] = {"traits": dict(call.traits)}
    return listen.label or listen.event_id, body
