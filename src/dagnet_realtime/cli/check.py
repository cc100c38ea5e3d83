"""`check`: which events light each node of each graph, and what stands in the way."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from dagnet_realtime.cli.folder_options import EventsPath, GraphsPath, NodesPath
from dagnet_realtime.model.problem import Problem

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from dagnet_realtime.cli.expect.files import SpecFile
    from dagnet_realtime.config.config import AccessConfig
    from dagnet_realtime.core.check import GraphReport, Report
    from dagnet_realtime.model.graph import Catalogue, EventBinding, Filter
    from dagnet_realtime.model.stream import StreamSettings
    from dagnet_realtime.model.workspace import Folders, Workspace


def check(
    dir: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A DagNet data repository.")
    ] = None,
    graphs_path: GraphsPath = "graphs",
    events_path: EventsPath = "events",
    nodes_path: NodesPath = "nodes",
    config: Annotated[
        Path | None, typer.Option(help="Check every workspace of this configuration instead.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Say which events light each node of each graph, and what stands in the way.

    Exits with 1 if a file or a stream cannot be read, with 0 if there are only warnings.

    \b
    Example:
      dagnet-realtime check ./acme
    """
    from dagnet_realtime.cli.folder_options import folders_from_options
    from dagnet_realtime.config.load import DEFAULT
    from dagnet_realtime.core.check import report

    if dir is not None and config is not None:
        raise typer.BadParameter("give a folder or --config, not both")
    layout = folders_from_options(
        graphs_path,
        events_path,
        nodes_path,
        unused=dir is None and (config is not None or DEFAULT.is_file()),
    )
    catalogues, workspaces, unused = _catalogues(dir, config, layout)
    found = report(catalogues)
    files, unread = _expectations(dir, catalogues, workspaces)
    if json:
        told = msgspec.to_builtins(found) | ({"expectations": _told(files)} if files else {})
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")
    else:
        _show(found, files)
        for line in (*_unproven_deletes(workspaces), *unused, *unread):
            sys.stdout.write(f"i {_clean(line)}\n")
    unreached = _streams(workspaces, shown=not json)
    if found.errors or unreached or any(file.issues for file in files):
        raise typer.Exit(1)


def _streams(workspaces: "Sequence[Workspace]", *, shown: bool) -> bool:
    """Tries every stream and lists its topics and partitions; returns whether one is unreadable."""
    import asyncio

    failed = False
    for workspace in workspaces:
        for source in workspace.sources:
            if source.stream is None:
                continue
            try:
                lines = asyncio.run(_topics(source.stream))
            except Problem as problem:
                failed, lines = True, [f"✗ {problem.sentence()}"]
            if any(line.startswith("✗") for line in lines):
                failed = True
            for line in lines:
                told = _clean(f'{line[:2]}{workspace.channel}, source "{source.id}": {line[2:]}')
                if shown or line.startswith("✗"):
                    (sys.stdout if shown else sys.stderr).write(f"{told}\n")
    return failed


async def _topics(settings: "StreamSettings") -> list[str]:
    """A line per topic with its number of partitions. Raises `Problem` if brokers do not answer."""
    from dagnet_realtime.streams.kafka import connect

    stream = await connect(settings)
    try:
        partitions = await stream.partitions()
        ends = await stream.ends(partitions)
    finally:
        await stream.close()
    lines = []
    for topic in settings.topics:
        own = [part for part in partitions if part.topic == topic]
        led = sum(part in ends for part in own)
        if not own:
            lines.append(f"✗ Kafka has no topic {topic}. Correct `topics`, or have the topic made.")
        else:
            without = "" if led == len(own) else f", {len(own) - led} without a leader"
            lines.append(f"i topic {topic}: {_count(len(own), 'partition')}{without}")
    return lines


def _expectations(
    dir: Path | None, catalogues: "dict[str, Catalogue]", workspaces: "Sequence[Workspace]"
) -> "tuple[list[SpecFile], list[str]]":
    """The expectations files of every workspace on this machine, and why some were not read."""
    from dagnet_realtime.cli.expect.files import Policy, check_files

    folders = [
        (one.channel.workspace, Path(one.path), Policy(deny=one.policy.deny))
        for one in workspaces
        if one.path
    ] or [(id, dir or Path(), Policy()) for id in catalogues]
    files: list[SpecFile] = []
    for id, folder, policy in folders:
        try:
            files += check_files(folder, catalogues[id].graphs, policy)
        except Problem as problem:
            return files, [f"{folder / 'expectations'} is not checked: {problem.sentence()}"]
    return files, []


def _told(files: "Sequence[SpecFile]") -> list[dict[str, object]]:
    return [
        {
            "file": file.name,
            "graph": file.graph,
            "errors": msgspec.to_builtins(file.issues),
            "warnings": msgspec.to_builtins(file.warnings),
        }
        for file in files
    ]


def _catalogues(
    dir: Path | None, config: Path | None, layout: "Folders"
) -> "tuple[dict[str, Catalogue], Sequence[Workspace], list[str]]":
    """The graphs of each workspace, the workspaces, and a line for each part without effect."""
    from dagnet_realtime.app.factories import load_catalogues, read_catalogues
    from dagnet_realtime.config.load import DEFAULT, load

    if dir is None and (config is not None or DEFAULT.is_file()):
        loaded = load(config, os.environ)
        return load_catalogues(loaded.workspaces), loaded.workspaces, list(_unused(loaded.access))
    folder = dir or Path()
    return read_catalogues({folder.resolve().name: folder}, layout), (), []


def _unused(access: "AccessConfig") -> "Iterator[str]":
    """A line if people are given roles that the mode of access does not look at."""
    if access.grants and access.mode == "token":
        yield (
            'access: grants have no effect in mode "token". '
            "Give a token its role: `dagnet-realtime token create NAME --role follow`."
        )
    elif access.grants and access.mode == "local":
        yield 'access: grants have no effect in mode "local", which one person uses alone.'


def _unproven_deletes(workspaces: "Sequence[Workspace]") -> "Iterator[str]":
    """A line for each source that refuses deletions because they are not signed."""
    for workspace in workspaces:
        for source in workspace.sources:
            how = (
                "by its write key"
                if source.kind == "tracking"
                else "unsigned"
                if source.allow_unsigned
                else ""
            )
            if how and not source.allow_delete:
                yield (
                    f'{workspace.channel}, source "{source.id}": delete and suppress sent {how} '
                    "are refused. "
                    "Set allow_delete = true on the source to accept them."
                )


def _show(found: "Report", files: "Sequence[SpecFile]" = ()) -> None:
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False)
    for graph in found.graphs:
        _show_graph(graph, console)
    for warning in found.warnings:
        console.print(_line("! ", "yellow", f"{warning.where}: {warning.text}"))
    for error in found.errors:
        console.print(_line("✗ ", "bold red", f"{error.file} {error.text}"))
    for file in files:
        good = not file.issues and not file.warnings
        console.print(_line(file.name, "bold", f"  expects of {file.graph}" if good else ""))
        for issue in file.issues:
            console.print(_line("  ✗ ", "bold red", f"line {issue.line}: {issue.text}"))
        for issue in file.warnings:
            told = f"line {issue.line}: this can never be met, or has no effect: {issue.text}"
            console.print(_line("  ! ", "yellow", told))
    lit, nodes = (
        sum(graph.can_light for graph in found.graphs),
        sum(graph.nodes for graph in found.graphs),
    )
    warnings = len(found.warnings) + sum(len(graph.warnings) for graph in found.graphs)
    warnings += sum(len(file.warnings) for file in files)
    errors = len(found.errors) + sum(len(file.issues) for file in files)
    counts = [_count(len(found.graphs), "graph"), f"{lit} of {_count(nodes, 'node')} can light"]
    counts += [_count(warnings, "warning"), _count(errors, "error")]
    console.print(_line("", "bold", ", ".join(counts)))


def _show_graph(graph: "GraphReport", console: "Console") -> None:
    console.print(
        _line(
            graph.name,
            "bold",
            f"  {graph.file}: {_count(graph.nodes, 'node')}, {_count(graph.edges, 'edge')}",
        )
    )
    labels = {listen.node: listen.label for listen in graph.listens} | {
        dark.node: dark.label for dark in graph.cannot_light
    }
    width = min(max(map(len, labels.values()), default=0), 40)
    never = {dark.node for dark in graph.cannot_light}
    for listen in (listen for listen in graph.listens if listen.node not in never):
        console.print(
            _line(f"  ● {_clean(listen.label):<{width}}  ", "yellow", _binding_text(listen))
        )
    for dark in graph.cannot_light:
        console.print(_line(f"  ○ {_clean(dark.label):<{width}}  ", "dim", f"never: {dark.why}"))
    for shared in graph.shared:
        console.print(
            _line(
                "  = ",
                "cyan",
                f"“{shared.name}” lights {', '.join(labels[node] for node in shared.nodes)}",
            )
        )
    for warning in graph.warnings:
        console.print(_line("  ! ", "yellow", f"{warning.where}: {warning.text}"))
    console.print()


def _binding_text(listen: "EventBinding") -> str:
    names = " or ".join(f"“{name}”" for name in listen.names)
    rule = (
        f"event id {listen.event_id}"
        if listen.rule == "event_id"
        else f"{listen.rule} name of {listen.event_id}"
    )
    return " and ".join([f"{names} ({rule})", *(_filter_text(filter) for filter in listen.filters)])


def _filter_text(filter: "Filter") -> str:
    owner = "user's " if filter.property_type == "user" else ""
    return (
        f"{owner}{filter.property} {filter.operator} "
        f"{' or '.join(f'“{value}”' for value in filter.values)}"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _line(mark: str, style: str, text: str) -> "Text":
    from rich.text import Text

    return Text.assemble((_clean(mark), style), _clean(text))


def _clean(text: str) -> str:
    """`text` without control characters."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
