"""What there is to watch: workspaces, their graphs, and who asks."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagnet_realtime.model.channel import Channel, Source
from dagnet_realtime.model.graph import Catalogue, Graph
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.ports.graphs import GraphSource
from dagnet_realtime.web.access.person import Access, Person
from dagnet_realtime.web.delivery import WEBHOOK_PREFIX
from dagnet_realtime.web.replies import json_reply


def catalogue_routes(
    workspaces: Sequence[Workspace], graphs: GraphSource, access: Access, *, public_url: str, demo: bool, version: str, push: bool = True
) -> list[Route]:
    """`/api/workspaces`, the graphs under it, and `/api/me`. `public_url` is "" where the request's own host is the address."""

    async def all_of_them(request: Request) -> Response:
        base = public_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"
        person: Person = request.scope["person"]
        seen = [one for one in workspaces if person.may("watch", one.channel)]
        return json_reply({"workspaces": [_workspace(one, graphs.catalogue(one.channel.workspace), base, person) for one in seen]})

    async def of_one(request: Request) -> Response:
        catalogue = _catalogue(request)
        return json_reply({"graphs": _graphs(catalogue), "errors": catalogue.errors})

    async def one(request: Request) -> Response:
        name = request.path_params["name"]
        graph = _catalogue(request).graphs.get(name)
        if graph is None:
            raise Problem("not_found", "No such graph", f"There is no graph “{name[:80]}”", "Open one of those listed")
        return json_reply(graph)

    async def me(request: Request) -> Response:
        person: Person = request.scope["person"]
        return json_reply({"person": person.name, "access": access.mode, "can": person.can, "demo": demo, "version": version, "push": push})

    def _catalogue(request: Request) -> Catalogue:
        id, env = request.path_params["id"], request.path_params["env"]
        person: Person = request.scope["person"]
        person.need("watch", Channel(id, env))
        if not any((one.channel.workspace, one.channel.env) == (id, env) for one in workspaces):
            raise Problem(
                "not_found", "No such workspace", f"There is no workspace “{id[:80]}/{env[:80]}” here", "Open one of those listed"
            )
        return graphs.catalogue(id)

    return [
        Route("/api/workspaces", all_of_them, methods=["GET"]),
        Route("/api/workspaces/{id}/{env}/graphs", of_one, methods=["GET"]),
        Route("/api/workspaces/{id}/{env}/graphs/{name}", one, methods=["GET"]),
        Route("/api/me", me, methods=["GET"]),
    ]


def _workspace(workspace: Workspace, catalogue: Catalogue, base: str, person: Person) -> dict[str, object]:
    """What the person may know of it: the address of a source that takes unsigned deliveries is for those who administer it."""
    sends = person.may("administer", workspace.channel)
    sources = [source for source in workspace.sources if sends or not source.allow_unsigned]
    return {
        "id": workspace.channel.workspace,
        "env": workspace.channel.env,
        "graphs": _graphs(catalogue),
        "errors": catalogue.errors,
        "relay": workspace.policy.relay is not None,
        "sources": [{"id": source.id, "kind": source.kind, "url": base + _path(source)} for source in sources],
        "role": person.role(workspace.channel),
    }


def _graphs(catalogue: Catalogue) -> list[dict[str, object]]:
    return [_summary(graph) for graph in catalogue.graphs.values()]


def _summary(graph: Graph) -> dict[str, object]:
    can_light = len({listen.node for listen in graph.listens})
    counts = {"nodes": len(graph.nodes), "edges": len(graph.edges), "can_light": can_light}
    return {"name": graph.name, "title": graph.title, "version": graph.version, **counts}


def _path(source: Source) -> str:
    return WEBHOOK_PREFIX + source.id if source.kind == "webhook" else "/v1"
