"""The audit log."""

import json

from dagnet_realtime.hub.audit import Audit
from tests.hub.stage import SHOP
from tests.support.clock import FakeClock


def test_a_line_says_who_did_what_where_and_when() -> None:
    """ACC-25: a line is one JSON object without empty fields, and shows only the beginning of a
    session's id.
    """
    lines: list[bytes] = []
    audit = Audit(lines.append, FakeClock())
    audit.record(
        "look_up",
        "oidc:ann@acme.com",
        SHOP,
        graph="checkout",
        session="0123456789abcdef",
        tokens=("k1.x",),
        kind="userId",
    )
    audit.record("sign_out", "x" * 1000)
    first, second = (json.loads(line) for line in lines)
    assert first == {
        "at": "2026-01-02T03:04:05.000Z",
        "deed": "look_up",
        "person": "oidc:ann@acme.com",
        "workspace": "shop",
        "env": "prod",
        "graph": "checkout",
        "session": "01234567",
        "tokens": ["k1.x"],
        "kind": "userId",
    }
    assert set(second) == {"at", "deed", "person"}
    assert len(second["person"]) == 256
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
