"""What there is to watch."""

from dagnet_realtime.core.roles import ROLE_ORDER
from tests.web.stage import WebStage


async def test_workspaces_list_their_graphs_and_sources(stage: WebStage) -> None:
    """API-3: by id and env, with how many nodes can light, what could not be read, and where to send."""
    (workspace,) = (await stage.client.get("/api/workspaces")).json()["workspaces"]
    assert (workspace["id"], workspace["env"], workspace["errors"]) == ("shop", "prod", [])
    (graph,) = workspace["graphs"]
    assert graph == {
        "name": "checkout",
        "title": "",
        "version": "v1",
        "nodes": 3,
        "edges": 0,
        "can_light": 3,
    }


async def test_a_graph_comes_with_its_matching_table(stage: WebStage) -> None:
    """API-3: as the wire's Graph; an unknown one is a problem."""
    graph = (await stage.client.get("/api/workspaces/shop/prod/graphs/checkout")).json()
    assert [listen["names"] for listen in graph["listens"]] == [["Home"], ["Cart"], ["Paid"]]
    listed = (await stage.client.get("/api/workspaces/shop/prod/graphs")).json()
    assert [one["name"] for one in listed["graphs"]] == ["checkout"]
    for path in ("shop/prod/graphs/none", "shop/dev/graphs", "other/prod/graphs/checkout"):
        assert (await stage.client.get(f"/api/workspaces/{path}")).status_code == 404


async def test_a_person_learns_what_they_may_do(stage: WebStage) -> None:
    """API-3: who they are, by which access, and whether this is the demo."""
    me = (await stage.client.get("/api/me")).json()
    assert me == {
        "person": "local",
        "access": "local",
        "can": [*ROLE_ORDER, "send"],
        "demo": True,
        "version": "1.2.3",
        "push": True,
        "expires_at": None,
    }
