"""The HTTP of a run: scopes that keep tests apart, checks, ends, and what it refuses."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import msgspec
import pytest

from dagnet_realtime.app.factories import read_catalogues
from dagnet_realtime.cli.demo import SAMPLE
from dagnet_realtime.cli.expect.evaluator import open_evaluator
from dagnet_realtime.cli.expect.files import Policy, read_file, resolve_file
from dagnet_realtime.cli.expect.http import ExpectApi, Markers
from dagnet_realtime.cli.expect.runner import Run
from dagnet_realtime.cli.expect.server import OwnServer
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS

JOURNEY = ("view_item", "add_to_cart", "begin_checkout", "purchase")
PATH = ["product-page", "basket", "checkout", "purchase"]


class Bench:
    """A run with its HTTP, and a browser's stand-in that sends real calls."""

    def __init__(self, api: ExpectApi, server: OwnServer, run: Run) -> None:
        self.api = api
        self.run = run
        self.http = httpx.Client(
            base_url=api.url, headers={"authorization": f"Bearer {api.key}"}, timeout=40
        )
        self._tracking = httpx.Client(base_url=server.origin, auth=(server.write_key, ""))

    def close(self) -> None:
        self.http.close()
        self._tracking.close()

    def send(self, name: str, **more: Any) -> None:
        properties = {"currency": "GBP", "total": 40} if name == "purchase" else {"method": "card"}
        body = {"event": name, "properties": properties} | more
        assert self._tracking.post("/v1/track", json=body).status_code == 200

    def post(self, path: str, body: object = None, status: int = 200) -> dict[str, Any]:
        answer = self.http.post(path, json={} if body is None else body)
        assert answer.status_code == status, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def scope(self, name: str, *seeds: tuple[str, str]) -> str:
        body = {"name": name, "seeds": [{"kind": kind, "value": value} for kind, value in seeds]}
        return str(self.post("/expect/scopes", body, 201)["scope"])

    def end(self, scope: str, **policy: str) -> dict[str, Any]:
        return self.post(f"/expect/scopes/{scope}/end?settle=0.3&wait=0.5", {"policy": policy})


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    path = tmp_path_factory.mktemp("specs") / "checkout.yaml"
    path.write_text(
        "format: dagnet-realtime/expect@1\ngraph: uk-checkout-journey\n"
        f"expect:\n  - path: {json.dumps(PATH)}\n"
    )
    graph = read_catalogues({"shop": SAMPLE})["shop"].graphs["uk-checkout-journey"]
    with open_evaluator() as evaluator, OwnServer(SAMPLE, layout=DEFAULT_FOLDERS) as server:
        file = resolve_file(read_file(path, evaluator), {graph.name: graph}, Policy(), evaluator)
        run = Run(evaluator, [], [file])
        run.open(graph, graph.name, {})
        run.watch(server.origin, server.key, "shop", "local")
        with (
            Markers(server.origin, server.write_key) as markers,
            ExpectApi(run, markers.send) as api,
        ):
            bench = Bench(api, server, run)
            yield bench
            bench.close()
        run.stop()


def test_a_check_answers_when_it_is_decided(bench: Bench) -> None:
    """EXP-10: a check answers when it is decided, else as it stands when its wait is over, with what is missing."""
    scope = bench.scope("buys", ("anonymousId", "anon-1"))
    lit = bench.post(f"/expect/scopes/{scope}/checks", {"lit": ["product-page"]}, 201)
    assert lit["verdict"] == "open"
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(bench.http.get, f"/expect/checks/{lit['check']}?wait=25")
        bench.send("view_item", anonymousId="anon-1")
        told = waiting.result().json()
    assert (told["verdict"], told["items"][0]["text"]) == ("met", "product-page was seen")
    path = bench.post(f"/expect/scopes/{scope}/checks", {"path": PATH}, 201)
    told = bench.http.get(f"/expect/checks/{path['check']}?wait=0").json()
    assert told["verdict"] == "open"
    for name in JOURNEY[1:]:
        bench.send(name, anonymousId="anon-1")
    file = bench.post(f"/expect/scopes/{scope}/checks", {"file": "checkout"}, 201)
    assert (
        bench.http.get(f"/expect/checks/{file['check']}?wait=20").json()["items"][0]["verdict"]
        == "met"
    )
    end = bench.end(scope, unmapped="fail")
    assert (end["verdict"], end["events"]) == ("met", 4)
    assert [item["title"].split()[0] for item in end["items"]] == [
        str(n) for n in range(1, len(end["items"]) + 1)
    ]
    assert bench.end(scope) == end, "an end is idempotent"
    assert bench.post(f"/expect/scopes/{scope}/checks", {"lit": ["basket"]}, 410)["code"] == "gone"


def test_eight_tests_at_once_with_one_login_see_their_own_events(bench: Bench) -> None:
    """EXP-10: eight tests at once that log in as one user never see each other's events, late ones included."""

    def one(n: int) -> dict[str, Any]:
        ids = (f"worker-{n}", f"worker-{n}-after-logout")
        scope = bench.scope(f"test {n}", ("anonymousId", ids[0]))
        bench.post(
            f"/expect/scopes/{scope}/checks",
            [{"count": "purchase", "is": n % 2}, {"never": "node:purchase -seen:basket"}],
            201,
        )
        for name in JOURNEY[: 3 + n % 2]:
            bench.send(name, anonymousId=ids[0], userId="the same user")
        bench.send("view_item", anonymousId=ids[1])
        seeds = [{"kind": "anonymousId", "value": ids[1]}]
        bench.post(f"/expect/scopes/{scope}/seeds", {"seeds": seeds})
        return bench.end(scope)

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(one, range(8)))
    assert [end["verdict"] for end in ends] == ["met"] * 8, ends
    assert [end["events"] for end in ends] == [4 + n % 2 for n in range(8)]


def test_events_of_a_server_belong_to_the_test_whose_user_they_carry(bench: Bench) -> None:
    """EXP-10: a test's own user brings what a server sends of it."""
    scope = bench.scope(
        "server", ("userId", "user-of-this-test"), ("properties.trace_id", "trace-7")
    )
    bench.send("purchase", userId="user-of-this-test")
    bench.send("view_item", anonymousId="x", properties={"trace_id": "trace-7"})
    bench.post(f"/expect/scopes/{scope}/checks", {"lit": ["purchase", "product-page"]}, 201)
    assert bench.end(scope)["verdict"] == "met"


def test_a_test_without_an_event_is_inconclusive(bench: Bench) -> None:
    """EXP-10: what makes an identifier known is no event of the test."""
    scope = bench.scope("nothing", ("anonymousId", "silent"))
    bench.post(f"/expect/scopes/{scope}/checks", {"dark": ["purchase"]}, 201)
    end = bench.end(scope)
    assert (end["verdict"], end["events"]) == ("inconclusive", 0)


def test_a_policy_is_judged_at_the_end(bench: Bench) -> None:
    """EXP-10: the policy of a test is judged at its end."""
    scope = bench.scope("policy", ("anonymousId", "odd"))
    check = bench.post(f"/expect/scopes/{scope}/checks", {"lit": ["basket"]}, 201)["check"]
    bench.send("Add To Cart", anonymousId="odd")
    assert bench.end(scope, unmapped="fail")["verdict"] == "failed"
    assert bench.http.get(f"/expect/checks/{check}").status_code == 410


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/expect/scopes", {"seeds": [{"kind": "anonymousId"}]}, 400),
        ("POST", "/expect/scopes", {"seeds": "x"}, 400),
        ("POST", "/expect/scopes", ["x"], 400),
        ("POST", "/expect/scopes", {"seeds": [{"kind": "a", "value": "x" * 501}]}, 400),
        ("POST", "/expect/scopes/none/checks", {"lit": ["basket"]}, 404),
        ("POST", "/expect/scopes/none/end", {}, 404),
        ("GET", "/expect/checks/none?wait=0", None, 404),
        ("GET", "/expect/checks/none?wait=x", None, 400),
        ("GET", "/", None, 404),
        ("POST", "/expect/scopes", {"name": "x" * 2_000_000}, 413),
        ("POST", "/expect/scopes", {"seeds": [{"kind": "nope", "value": "a"}]}, 400),
        ("POST", "/expect/scopes", {"seeds": [{"kind": "userId", "value": "undefined"}]}, 400),
        ("POST", "/expect/scopes", b'{"name": "\\ud800"}', 400),
        ("POST", "/expect/scopes", b"[" * 100_000, 400),
        ("POST", "/expect/scopes", b'{"name": NaN}', 400),
        ("POST", "/expect/scopes", b'{"name": "a", "name": "b"}', 400),
        ("POST", "/expect/scopes", iter([b"{}"]), 400),
        ("PUT", "/expect/scopes", {}, 501),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_a_sentence(
    bench: Bench, method: str, path: str, body: object, status: int
) -> None:
    """EXP-21: a refusal is a problem document with what was wrong."""
    raw = body is None or not isinstance(body, dict | list)
    content: Any = body if raw else msgspec.json.encode(body)
    answer = bench.http.request(method, path, content=content)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"]


def test_a_check_that_cannot_be_judged_is_refused(bench: Bench) -> None:
    """EXP-21: a check is read as strictly as a file."""
    scope = bench.scope("wrong", ("anonymousId", "w"))
    for body, says in (
        ({"lit": ["baskt"]}, "did you mean “basket”?"),
        ({"lits": ["basket"]}, "did you mean `lit`?"),
        ({"never": "email?"}, "Its name is personal"),
        ({"file": "none"}, "there is no expectations file none"),
        ("lit", "must be a mapping"),
        ([], "a check has no expectation"),
    ):
        assert says in bench.post(f"/expect/scopes/{scope}/checks", body, 400)["detail"]
    assert (
        "ignore"
        in bench.post(
            f"/expect/scopes/{scope}/end?settle=0", {"policy": {"unmapped": "ignore"}}, 400
        )["detail"]
    )


def test_only_who_has_the_key_is_answered(bench: Bench) -> None:
    """EXP-21: the HTTP is on loopback, and asks for its key."""
    assert bench.api.url.startswith("http://127.0.0.1:")
    for headers in ({}, {"authorization": "Bearer x"}, {"authorization": bench.api.key[:-1]}):
        assert (
            httpx.post(f"{bench.api.url}/expect/scopes", json={}, headers=headers).status_code
            == 401
        )
