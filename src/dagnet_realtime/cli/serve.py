"""`serve`: the server."""

import os
from pathlib import Path
from typing import Annotated

import typer

from dagnet_realtime.cli.folder_options import EventsPath, GraphsPath, NodesPath
from dagnet_realtime.config.load import Flags, load


def serve(
    config: Annotated[
        Path | None,
        typer.Option(help="Configuration file; by default realtime.toml, if it exists."),
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A DagNet data repository; needs no configuration file."),
    ] = None,
    graphs_path: GraphsPath = "graphs",
    events_path: EventsPath = "events",
    nodes_path: NodesPath = "nodes",
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 = any free one.")
    ] = None,
    log: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The log: memory:// or redis://…; env:NAME and file:PATH are read.",
        ),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(metavar="F", help="Write a key for programs on this machine to F."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Number of processes; more need --log redis://…"),
    ] = None,
) -> None:
    """Receive Segment's deliveries and show them on the graphs.

    \b
    Example:
      dagnet-realtime serve --workspace ./acme-data
    """
    from dagnet_realtime.cli.endpoint import warn_of_password
    from dagnet_realtime.cli.folder_options import folders_from_options
    from dagnet_realtime.cli.run_server import serving

    warn_of_password(
        "--log", log or "", "Give it as env:NAME or file:PATH, or set DAGNET_REALTIME_SERVER_LOG"
    )

    layout = folders_from_options(graphs_path, events_path, nodes_path, unused=workspace is None)
    flags = Flags(
        host=host, port=port, log=log, workspace=workspace, key_file=key_file, folders=layout
    )
    configured = load(config, os.environ, flags)
    serving(
        configured,
        explained=workspace is not None,
        read_config=lambda: load(config, os.environ, flags),
        workers=workers,
    )
