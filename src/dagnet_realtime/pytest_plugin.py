"""pytest fixtures: each test is a scope of a run of `expect`, which judges its expectations.

`dagnet-realtime expect -- pytest` gives the run to the tests; `pytest --dagnet DIR` starts one by
itself, also under pytest-xdist. Nothing is imported until one of the two is asked for.
"""

import os
import uuid
from collections.abc import Generator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

URL, KEY = "DAGNET_EXPECT_URL", "DAGNET_EXPECT_KEY"
VARIABLES = (
    URL,
    KEY,
    "DAGNET_EXPECT_SERVER",
    "DAGNET_EXPECT_SEGMENT_HOST",
    "DAGNET_EXPECT_WRITE_KEY",
)
WAIT = 10.0
LONGEST = 25.0

_STACK: pytest.StashKey[ExitStack] = pytest.StashKey()
_SCOPE: "pytest.StashKey[Dagnet]" = pytest.StashKey()


class Unmet(AssertionError):
    """What a test expected of the graph and was not seen, or was not to be seen."""


class Dagnet:
    """One test's scope.

    Presences wait for what is still on its way; absences are judged when the test has ended.
    """

    def __init__(self, environ: Mapping[str, str], name: str) -> None:
        import httpx

        headers = {"authorization": f"Bearer {environ[KEY]}"}
        self._http = httpx.Client(
            base_url=environ[URL],
            headers=headers,
            timeout=60.0,
            trust_env=False,
            verify=not environ[URL].startswith("http://"),
        )
        self.anonymous_id = f"test-{uuid.uuid4()}"
        self.policy: dict[str, Any] = {}
        self.settle = 0.5
        seeds = [{"kind": "anonymousId", "value": self.anonymous_id}]
        self._scope = self._ask("POST", "/expect/scopes", {"name": name, "seeds": seeds})["scope"]

    def also(self, **identifiers: str) -> None:
        """Further identifiers of this test, as `userId="u-7"`: what carries them is its own."""
        seeds = [{"kind": kind, "value": value} for kind, value in identifiers.items()]
        self._ask("POST", f"/expect/scopes/{self._scope}/seeds", {"seeds": seeds})

    def lit(self, *nodes: str, timeout: float = WAIT) -> None:
        """Every node lights within `timeout` seconds."""
        self.check({"lit": list(nodes)}, timeout=timeout)

    def path(self, *nodes: str, timeout: float = WAIT) -> None:
        """A trace goes from node to node, along the graph."""
        self.check({"path": list(nodes)}, timeout=timeout)

    def order(self, *nodes: str, timeout: float = WAIT) -> None:
        """A trace lights the nodes in this order."""
        self.check({"order": list(nodes)}, timeout=timeout)

    def some(self, condition: str, timeout: float = WAIT) -> None:
        """An event passes a condition."""
        self.check({"some": condition}, timeout=timeout)

    def meets(self, file: str, timeout: float = WAIT) -> None:
        """A file of `expectations/`, by its name."""
        self.check({"file": file}, timeout=timeout)

    def never(self, condition: str) -> None:
        """No event passes a condition."""
        self.check({"never": condition})

    def dark(self, *nodes: str) -> None:
        """No node of these lights."""
        self.check({"dark": list(nodes)})

    def each(self, node: str, where: str) -> None:
        """Every event that lights the node passes a condition, and there is one."""
        self.check({"each": node, "where": where})

    def count(self, node: str, **range: int) -> None:
        """How many events light the node: `is_=1`, or `min` and `max`."""
        self.check({"count": node} | {key.rstrip("_"): value for key, value in range.items()})

    def check(self, expectation: object, timeout: float = WAIT) -> None:
        """Any expectation as a file writes it.

        Raises `Unmet` if it fails, or has not come within `timeout` seconds.
        """
        import time

        told = self._ask("POST", f"/expect/scopes/{self._scope}/checks", expectation)
        ends = time.monotonic() + timeout
        while (
            any(item["waits"] for item in told["items"]) and (left := ends - time.monotonic()) > 0
        ):
            told = self._ask("GET", f"/expect/checks/{told['check']}?wait={min(left, LONGEST):.3f}")
        wrong = [item for item in told["items"] if item["waits"] or item["verdict"] == "failed"]
        _raise(wrong)

    def end(self) -> None:
        """The final verdicts, the policy's too. Raises `Unmet`."""
        answer = self._ask(
            "POST",
            f"/expect/scopes/{self._scope}/end?settle={self.settle}",
            {"policy": self.policy},
        )
        _raise([item for item in answer["items"] if item["verdict"] != "met"])

    def close(self) -> None:
        """Ends the connection."""
        self._http.close()

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self._http.request(method, path, json=body)
        told = answer.json()
        if answer.status_code >= 400:
            pytest.fail(f"dagnet: {told['title']}. {told['detail']}", pytrace=False)
        return told


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--dagnet DIR`."""
    group = parser.getgroup("dagnet", "conversion graphs as tests (DagNet Realtime)")
    group.addoption(
        "--dagnet", metavar="DIR", default="", help="Start a run on this data repository."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Starts the run that `--dagnet` asks for, in the process that hands out the tests."""
    folder = config.getoption("dagnet")
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        os.environ.update(worker.get("dagnet", {}))
    elif folder and URL not in os.environ:
        from dagnet_realtime.cli.expect.modes import serve_fixtures

        stack = ExitStack()
        os.environ.update(stack.enter_context(serve_fixtures(folder)))
        config.stash[_STACK] = stack


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a worker of pytest-xdist where the run is."""
    node.workerinput["dagnet"] = {
        name: os.environ[name] for name in VARIABLES if name in os.environ
    }


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the run."""
    stack = config.stash.get(_STACK, None)
    if stack is not None:
        stack.close()
        for name in VARIABLES:
            os.environ.pop(name, None)


@pytest.fixture
def dagnet(request: pytest.FixtureRequest) -> Generator[Dagnet]:
    """This test's scope."""
    if URL not in os.environ:
        pytest.fail(
            "There is no run: use `pytest --dagnet DIR`, or `dagnet-realtime expect -- pytest`",
            pytrace=False,
        )
    made = Dagnet(os.environ, request.node.nodeid)
    request.node.stash[_SCOPE] = made
    yield made
    made.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Judges what rests on an absence as a part of the test's call.

    In the fixture's end it would be an error beside a passed test.
    """
    result = yield
    scope = item.stash.get(_SCOPE, None)
    if scope is not None:
        scope.end()
    return result


def _raise(wrong: list[dict[str, Any]]) -> None:
    hard = [item for item in wrong if item["severity"] == "fail"]
    if hard:
        lines = []
        for item in hard:
            verdict = "not seen" if item["waits"] else item["verdict"]
            lines.append(f"{item['title'].partition(' ')[2]}: {verdict}: {item['text']}")
            lines += [f"  - {detail}" for detail in item["details"]]
        raise Unmet("\n".join(lines))
