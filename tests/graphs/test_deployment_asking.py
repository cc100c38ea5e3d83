"""One round of questions to a deployment that may do anything."""

import logging
import re
from collections.abc import Iterator

import pytest

from dagnet_realtime.graphs.deployment import Absent, DeploymentClient, Failed, Graph
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.workspace import Deployment
from tests.support.deployment import Dagnet, Fault, dagnet


@pytest.fixture
def served() -> Iterator[Dagnet]:
    with dagnet() as served:
        served.graphs = {"a": {"nodes": [{"uuid": "a"}]}, "b": {"nodes": []}}
        yield served


def asking(served: Dagnet, *names: str, seconds: float = 20.0) -> DeploymentClient:
    secrets = {"secret": Secret("s3cret&more"), "bearer": Secret("b3arer")}
    return DeploymentClient(
        Deployment(url=served.url, names=names, branch="main", **secrets), seconds
    )


async def test_graphs_are_asked_for_by_name_with_the_secrets_where_each_belongs(
    served: Dagnet, caplog: pytest.LogCaptureFixture
) -> None:
    """GRA-20: DagNet's secret is in the query, the bearer in the header; neither is in a
    log line.
    """
    caplog.set_level(logging.DEBUG)
    found = await asking(served, "a", "b", "c").fetch_all()
    assert found["b"] == Graph(b'{"nodes": []}', found["b"].sha)  # type: ignore[union-attr]
    assert isinstance(found["c"], Absent)
    assert {query["name"] for query, _ in served.asked} == {"a", "b", "c"}
    query, headers = served.asked[0]
    assert (query["secret"], query["branch"], headers["authorization"]) == (
        "s3cret&more",
        "main",
        "Bearer b3arer",
    )
    assert "s3cret" not in caplog.text


async def test_what_has_not_changed_is_not_sent_again(served: Dagnet) -> None:
    """GRA-21: an unchanged graph is known by its ETag, else by its sha."""
    asked = asking(served, "a")
    first = (await asked.fetch_all())["a"]
    assert (await asked.fetch_all())["a"] is first
    assert served.sent == [200, 304]
    served.tags = False
    served.graphs["a"] = {"nodes": []}
    second = (await asked.fetch_all())["a"]
    assert second != first
    assert (await asked.fetch_all())["a"] is second


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (500, "answers 500"),
        (204, "answers 204"),
        (304, "answers 304|elsewhere"),
        (429, "answers 429"),
        (401, "graphs_secret"),
        (403, "graphs_bearer"),
        ("elsewhere", "not followed"),
        ("deflated", "encoding"),
        ("huge", "larger than 5184 KB"),
        ("closed", "cannot be reached"),
        (b"<html>", "other than a graph"),
    ],
)
async def test_every_failure_is_a_sentence_of_that_graph_alone(
    served: Dagnet, fault: Fault, why: str
) -> None:
    """GRA-21: nothing is followed to another address, and nothing is read without end."""
    served.faults["a"] = fault
    found = await asking(served, "a", "b").fetch_all()
    assert isinstance(found["b"], Graph)
    assert isinstance(failed := found["a"], Failed)
    assert re.search(why, failed.why), failed.why
    assert "s3cret" not in failed.why


@pytest.mark.parametrize("fault", ["hang", "trickle"])
async def test_a_round_ends_in_its_time(served: Dagnet, fault: Fault) -> None:
    """GRA-21: a deployment that sends nothing, or a byte now and then, is late."""
    served.fault = fault
    found = await asking(served, "a", "b", "c", seconds=0.5).fetch_all()
    assert all(
        (isinstance(answer, Failed) and "0.5 s" in answer.why) or "in time" in answer.why
        for answer in found.values()
    )  # type: ignore[union-attr]


async def test_a_deployment_that_is_not_there_is_said() -> None:
    """GRA-21: a refused connection is reported as such."""
    with dagnet() as gone:
        pass
    assert (await asking(gone, "a").fetch_all())["a"] == Failed(
        "cannot be fetched: the deployment cannot be reached"
    )


@pytest.mark.parametrize(
    ("status", "error", "said", "unsaid"),
    [
        (
            401,
            "Invalid secret",
            "says “Invalid secret”; look at graphs_secret (DagNet's SHARE_SECRET)",
            "GitHub",
        ),
        (
            401,
            "GitHub API error: Unauthorized",
            "says “GitHub API error: Unauthorized”; this is DagNet's own access",
            "graphs_secret",
        ),
        (
            403,
            "GitHub API error: rate limit exceeded",
            "rate limit exceeded”; this is DagNet's own access",
            "graphs_secret",
        ),
        (
            500,
            "Invalid file content from GitHub",
            "answers 500 and says “Invalid file content from GitHub”",
            "graphs_secret",
        ),
        (
            500,
            "could not reach https://ghp_token@api.github.com/repos/x",
            "could not reach …",
            "ghp_token",
        ),
        (500, "no such host: api.github.com/repos/private?x=1", "no such host: …", "private"),
        (500, "bad secret s3cret&more", "answers 500", "s3cret"),
        (500, "two\nlines\x1b[31m", "“two lines [31m”", "\n"),
        (500, "x" * 5000, "x…”", "x" * 201),
    ],
)
async def test_the_deployments_own_reason_is_reported(
    served: Dagnet, status: int, error: str, said: str, unsaid: str
) -> None:
    """GRA-21: its `error` stands in the reason without any address; GitHub's errors are not blamed
    on our secret.
    """
    served.errors["a"] = (
        status,
        {
            "success": False,
            "error": error,
            "details": "hush-hush",
            "url": "https://hush-hush.example",
        },
    )
    failed = (await asking(served, "a").fetch_all())["a"]
    assert isinstance(failed, Failed)
    assert said in failed.why
    assert unsaid not in failed.why
    assert "hush-hush" not in failed.why


async def test_a_graph_that_is_not_there_has_its_reason(served: Dagnet) -> None:
    """GRA-21: DagNet tells apart what is missing."""
    served.errors["a"] = (404, {"error": "GitHub API error: Not Found"})
    assert (await asking(served, "a").fetch_all())["a"] == Absent("GitHub API error: Not Found")
