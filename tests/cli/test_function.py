"""`function`, and that what it writes does to events as the server does."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from dagnet_realtime.cli.function import SOURCE, function
from dagnet_realtime.core.dagnet.workspace import read_workspace
from dagnet_realtime.core.sanitizer import EventSanitizer, candidate_names, shown_name
from dagnet_realtime.core.segment.message import from_webhook, read_message
from dagnet_realtime.core.times import parse_time
from dagnet_realtime.function.plan import Provider, plan_of
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy
from tests.support.function import run, settings
from tests.support.server import SAMPLE

CONFIG = """
[[workspace]]
id = "shop"
env = "{env}"
path = "{path}"
relay = "pusher://k:a-provider-secret@127.0.0.1:6001/4711"
token_key = "0123456789abcdef"
ingest = "{ingest}"
"""
DELIVERED = json.loads((Path(__file__).parents[1] / "fixtures/segment/delivered.json").read_text())
NOW = parse_time("2026-01-02T03:04:06.000Z") or 0
KEY = b"0123456789abcdef"


def configured(folder: Path, **environments: str) -> Path:
    file = folder / "realtime.toml"
    file.write_text(
        "".join(
            CONFIG.format(env=env, ingest=ingest, path=SAMPLE)
            for env, ingest in environments.items()
        )
    )
    return file


def test_the_function_and_its_settings_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """FUN-5: writes the code unchanged, the plan of the graphs, and secrets that only their owner
    can read and that are not printed.
    """
    out = tmp_path / "out"
    for _ in range(2):
        function(config=configured(tmp_path, prod="function"), out=out)
    assert (out / "function.js").read_bytes() == SOURCE.read_bytes()
    assert stat.S_IMODE((out / "settings.json").stat().st_mode) == 0o600
    found = settings(out)
    plan = json.loads(found["plan"])
    assert {"purchase", "Viewed Landing Page"} <= {
        name for heard in plan["listens"] for name in heard["names"]
    }
    assert (plan["workspace"], plan["env"], plan["provider"]["api"]) == (
        "shop",
        "prod",
        "http://127.0.0.1:6001",
    )
    assert (bytes.fromhex(found["tokenKey"]), found["providerSecret"]) == (KEY, "a-provider-secret")
    told = capsys.readouterr().out
    assert plan["version"] in told
    assert "a-provider-secret" not in told + found["plan"]
    assert found["tokenKey"] not in told + found["plan"]


def test_whose_it_is_must_be_plain(tmp_path: Path) -> None:
    """FUN-5: a problem says which workspaces there are."""
    with pytest.raises(Problem, match="No workspace uses a function"):
        function(config=configured(tmp_path, prod="server"), out=tmp_path)
    both = configured(tmp_path, prod="function", stage="function")
    with pytest.raises(Problem, match="Name the workspace") as told:
        function(config=both, out=tmp_path)
    assert "shop/prod, shop/stage" in told.value.sentence()
    with pytest.raises(Problem, match="Name the workspace"):
        function("shop/dev", config=both, out=tmp_path)
    function("shop/stage", config=both, out=tmp_path / "stage")
    assert json.loads(settings(tmp_path / "stage")["plan"])["env"] == "stage"
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be written"):
        function("shop/stage", config=both, out=tmp_path / "file")


def test_the_function_makes_of_every_event_what_the_server_makes() -> None:
    """FUN-6: the same names, times, tokens, properties, traits and flags, of what Segment documents and of what is strange."""
    files = {
        "graphs/g.json": b'{"nodes": [{"uuid": "A", "event_id": "e"}], "edges": []}',
        "events/e.yaml": b"id: e\nprovider_event_names: {segment: Buy}\n"
        b"amplitude_filters: [{property: plan, operator: is, values: [pro], property_type: user}, {property: device, values: [x]}]\n",
    }
    catalogue = read_workspace(files)
    rules = Policy(
        function_carries="all",
        properties=("price", "products*", "c?lour", "url"),
        deny=("products_secret",),
        test_property="staging",
    )
    channel = Channel("acme", "prod")
    plan = plan_of(channel, rules, catalogue, Provider("1", "k", "http://127.0.0.1:9", 10_000, 10))
    events = [*DELIVERED.values(), *STRANGE]
    envelopes = run("envelopes", _text(plan), KEY.hex(), events, now=NOW)
    admission = EventSanitizer(rules, catalogue.needed, channel, KEY)
    assert len(envelopes) == len(events) > 10
    for event, envelope in zip(events, envelopes, strict=True):
        text = json.dumps(event).encode()
        parsed = from_webhook(read_message(text), text)
        if parsed.type == "delete":
            assert set(envelope["forget"]) == admission.tokens_of_deleted(parsed, NOW)
            continue
        entry = admission.entry(parsed, "", NOW)
        given = tuple(envelope.get(key) for key in ("event", "name", "category"))
        assert candidate_names(entry.type, *given) == entry.names, event
        assert shown_name(entry.type, *given) == entry.name
        assert (
            envelope["id"] == entry.id or entry.id.startswith("derived-"),
            envelope["type"],
        ) == (True, entry.type)
        assert (envelope["at"], envelope.get("received")) == (
            entry.occurred_at,
            entry.segment_received_at,
        ), event
        assert [(one["kind"], one["token"]) for one in envelope.get("traces", ())] == [
            (one.kind, one.token) for one in entry.traces
        ]
        assert (envelope.get("properties", {}), envelope.get("traits", {})) == (
            entry.properties,
            entry.traits,
        ), event
        assert tuple(envelope.get("flags", ())) == entry.flags, event


def _text(plan: Any) -> str:
    import msgspec

    return msgspec.json.encode(plan).decode()


def _track(**fields: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Buy",
        "messageId": "m",
        "userId": "u1",
        "timestamp": "2026-01-02T03:04:05.300Z",
        **fields,
    }


STRANGE = [
    _track(
        properties={
            "price": 9.5,
            "device": "mobile",
            "colour": ["red", None, {"no": 1}],
            "email": "jane@example.com",
        }
    ),
    _track(
        properties={
            "products": [{"sku": 1}],
            "products.name": "x",
            "products_secret": 1,
            "products_n": {"a": {"b": {"c": {"d": 1}}}},
        }
    ),
    _track(
        properties={
            "url": "https://jane:pw@shop.example/a?token=1#x",
            "price": "4111 1111 1111 1111",
        },
        context={"traits": {"plan": "pro"}},
    ),
    _track(
        event="jane@example.com bought",
        userId=7,
        anonymousId="",
        timestamp=1767323045,
        integrations={"Amplitude": {"session_id": 5}},
    ),
    _track(
        timestamp="2015-2-02T00:30:08.276Z",
        receivedAt="2026-01-02T03:04:05Z",
        replay=True,
        properties={"staging": "yes", "price": True},
    ),
    _track(
        timestamp=None,
        originalTimestamp="2026-01-02T03:00:00Z",
        sentAt="2026-01-02T03:00:02Z",
        receivedAt="2026-01-02T03:04:05Z",
    ),
    _track(
        event="Violation Generated",
        context={"protocols": {"violations": [1]}},
        properties={"session_id": "s-1", "trace_id": "t-1"},
    ),
    {
        "type": "page",
        "name": "Home",
        "category": "Shop",
        "messageId": "p",
        "anonymousId": "a1",
        "properties": {"price": None},
    },
    {"type": "Screen", "messageId": "s", "anonymousId": "a1", "context": {"sessionId": "-1"}},
    {
        "type": "identify",
        "messageId": "i",
        "userId": "u1",
        "anonymousId": "a1",
        "traits": {"plan": "pro", "price": 1, "name": "Jane"},
    },
    {"type": "alias", "messageId": "l", "userId": "u1", "previousId": "a1"},
    {"type": "delete", "messageId": "d", "userId": "u1", "anonymousId": "a1"},
]
