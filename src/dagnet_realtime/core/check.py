"""The report of `check`: how each node would be lit, and what prevents it."""

from collections.abc import Iterable, Mapping

import msgspec

from dagnet_realtime.core.dagnet.overlaps import bindings_by_name
from dagnet_realtime.model.graph import Catalogue, EventBinding, FileError, Graph, Warning


class UnlitNode(msgspec.Struct, frozen=True):
    """A node that can never light, and why."""

    node: str
    label: str
    why: str


class SharedName(msgspec.Struct, frozen=True):
    """A name to which several nodes are bound."""

    name: str
    event_ids: tuple[str, ...]
    nodes: tuple[str, ...]


class GraphReport(msgspec.Struct, frozen=True, kw_only=True):
    """One graph's report. `nodes`, `edges` and `can_light` are counts; nodes are named by uuid."""

    workspace: str
    name: str
    file: str
    nodes: int
    edges: int
    can_light: int
    cannot_light: tuple[UnlitNode, ...]
    listens: tuple[EventBinding, ...]
    shared: tuple[SharedName, ...]
    warnings: tuple[Warning, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The report of `check` on all graphs.

    `errors` are files that could not be read; `warnings` are about files rather than one graph.
    """

    graphs: tuple[GraphReport, ...]
    errors: tuple[FileError, ...]
    warnings: tuple[Warning, ...]


def report(catalogues: Mapping[str, Catalogue]) -> Report:
    """The report on all graphs of these workspaces, by workspace and name.

    With several workspaces, files are named `workspace: file`.
    """

    def named(workspace: str, file: str) -> str:
        return f"{workspace}: {file}" if len(catalogues) > 1 else file

    return Report(
        graphs=tuple(
            _graph(id, graph)
            for id, catalogue in catalogues.items()
            for graph in catalogue.graphs.values()
        ),
        errors=tuple(
            FileError(named(id, error.file), error.text)
            for id, catalogue in catalogues.items()
            for error in catalogue.errors
        ),
        warnings=tuple(
            Warning(warning.code, named(id, warning.where), warning.text)
            for id, catalogue in catalogues.items()
            for warning in catalogue.warnings
        ),
    )


def _graph(workspace: str, graph: Graph) -> GraphReport:
    dark = tuple(UnlitNode(node.uuid, node.label, node.dark) for node in graph.nodes if node.dark)
    return GraphReport(
        workspace=workspace,
        name=graph.name,
        file=graph.file,
        nodes=len(graph.nodes),
        edges=len(graph.edges),
        can_light=len(graph.nodes) - len(dark),
        cannot_light=dark,
        listens=graph.listens,
        shared=tuple(_shared(graph.listens)),
        warnings=graph.warnings,
    )


def _shared(listens: Iterable[EventBinding]) -> Iterable[SharedName]:
    for name, those in bindings_by_name(listens).items():
        if len(those) > 1:
            yield SharedName(
                name,
                tuple(dict.fromkeys(binding.event_id for binding in those)),
                tuple(binding.node for binding in those),
            )
