"""The public address, and relays that browsers can reach."""

from pathlib import Path

import pytest

from dagnet_realtime.cli.check import check
from dagnet_realtime.config.urls import (
    check_relay_url,
    parse_other_origin,
    parse_public_url,
    require_encrypted_relays,
)
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy, Workspace
from tests.support.server import SAMPLE


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("https://realtime.example.com", "https://realtime.example.com"),
        ("https://realtime.example.com/", "https://realtime.example.com"),
        ("HTTPS://Realtime.Example.COM:443", "https://realtime.example.com"),
        ("http://localhost:80", "http://localhost"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("https://[::1]:8443", "https://[::1]:8443"),
        ("https://xn--mller-kva.example", "https://xn--mller-kva.example"),
        ("https://a_b-c.example:444", "https://a_b-c.example:444"),
    ],
)
def test_an_origin_is_read_as_browsers_write_it(written: str, found: str) -> None:
    """ACC-54: the public address is normalised, so that it compares with the origins that browsers
    send.
    """
    assert parse_public_url(written, "here") == found


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("https://localhost/realtime", "a path"),
        ("https://realtime.example.com//", "a path"),
        ("https://user:hidden@x.example.com", "a user name or a password"),
        ("https://@x.example.com", "a user name or a password"),
        ("https://user@x.example.com/p", "a user name or a password"),
        ("https://x.example.com?a=b", "a query"),
        ("https://x.example.com/#", "a query or a fragment"),
        ("https://x.example.com?", "a query"),
        ("realtime.example.com", "something else"),
        ("ftp://realtime.example.com", "something else"),
        ("//realtime.example.com", "something else"),
        ("https://", "something else"),
        ("https://:443", "something else"),
        ("https://x.example.com:port", "cannot be read"),
        ("https://x.example.com:99999", "cannot be read"),
        ("https://x.example.com:0", "as browsers send it"),
        ("https://[::1", "cannot be read"),
        ("https://m\u00fcller.example", "as browsers send it"),
        ("https://x example.com", "as browsers send it"),
        (" https://x.example.com", "as browsers send it"),
        ("https://x..example.com", "as browsers send it"),
        ("https://-x.example.com", "as browsers send it"),
    ],
)
def test_what_is_more_or_less_than_an_origin_is_refused(written: str, why: str) -> None:
    """ACC-54: the problem at the start names the line and repeats nothing of the value."""
    with pytest.raises(Problem) as refused:
        parse_public_url(written, "realtime.toml:2")
    assert why in refused.value.sentence().replace("Found ", "found ").replace("found ", "")
    assert "realtime.toml:2" in refused.value.sentence()
    assert "hidden" not in refused.value.sentence()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("https://DagNet.example.com:443/", "https://dagnet.example.com"),
        ("https://dagnet.example.com:8443", "https://dagnet.example.com:8443"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:5173", "http://[::1]:5173"),
        ("http://editor.localhost:5173", "http://editor.localhost:5173"),
    ],
)
def test_another_sites_origin_is_read_as_browsers_write_it(written: str, found: str) -> None:
    """ACC-54: another site's origin is normalised, so that it compares byte by byte."""
    assert parse_other_origin(written, "here") == found


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("*", "a pattern"),
        ("https://*.example.com", "a pattern"),
        ("https://*", "a pattern"),
        ("null", "without an origin"),
        ("NULL ", "without an origin"),
        ("file://", "without an origin"),
        ("http://dagnet.example.com", "expected an https:// origin"),
        ("http://192.168.0.2:5173", "expected an https:// origin"),
        ("http://localhost.example.com", "expected an https:// origin"),
        ("https://dagnet.example.com/editor", "a path"),
        ("https://dagnet.example.com?x", "a query"),
        ("https://hidden@dagnet.example.com", "a user name or a password"),
        ("dagnet.example.com", "something else"),
        ("", "something else"),
        ("chrome-extension://abcdefghijklmnop", "something else"),
        ("https://a.example https://b.example", "a path"),
        ("https://a.example;script-src", "as browsers send it"),
        ("https://a.example,https://b.example", "a path"),
        ("https://a.example'", "as browsers send it"),
    ],
)
def test_what_would_let_in_more_than_one_origin_is_refused(written: str, why: str) -> None:
    """ACC-54: the problem at the start names the line and repeats nothing of the value."""
    with pytest.raises(Problem) as refused:
        parse_other_origin(written, "realtime.toml:2")
    assert why in refused.value.sentence().replace("Found ", "found ").replace("found ", "")
    assert "realtime.toml:2" in refused.value.sentence()
    assert "hidden" not in refused.value.sentence()


PLAIN = [
    "pusher://k:hidden@soketi.internal:6001/1",
    "pusher://k:hidden@127.0.0.1:6001/1",
    "pusher://k:hidden@[::1]/1",
    "pusher+tls://k:hidden@soketi.internal/1?ws=ws://soketi.example.com",
]
ENCRYPTED = [
    "pusher+tls://k:hidden@soketi.internal:6001/1",
    "pusher://k:hidden@soketi.internal:443/1",
    "pusher://k:hidden@/1?cluster=eu",
    "pusher://k:hidden@soketi.internal:6001/1?ws=wss://soketi.example.com",
]


@pytest.mark.parametrize("relay", PLAIN)
def test_a_page_over_https_has_an_encrypted_way_to_its_relay(relay: str) -> None:
    """REL-1: anything else is refused, with the address that browsers would take and what to do, and without the secret."""
    with pytest.raises(Problem) as refused:
        check_relay_url(
            Secret(relay), "realtime.toml: workspace.relay", "https://realtime.example.com"
        )
    told = f"{refused.value.title} {refused.value.detail} {refused.value.remedy}"
    assert told.startswith("realtime.toml: workspace.relay: browsers could not connect to ws://")
    assert "ws=wss://HOST" in told
    assert "hidden" not in told
    for url in ("", "http://127.0.0.1:8765", "http://realtime.example.com"):
        assert check_relay_url(Secret(relay), "", url) == Secret(relay)
    with pytest.raises(Problem, match="shop/prod"):
        require_encrypted_relays([workspace(None), workspace(Secret(relay))])


@pytest.mark.parametrize("relay", ENCRYPTED)
def test_a_relay_over_tls_goes_with_every_address(relay: str) -> None:
    """REL-1: the server's own address does not matter."""
    for url in ("", "http://127.0.0.1:8765", "https://realtime.example.com"):
        assert check_relay_url(Secret(relay), "", url) == Secret(relay)
    require_encrypted_relays([workspace(Secret(relay))])


@pytest.mark.parametrize(
    ("relay", "says"),
    [
        ("pusher://k:hidden@h:6001/1", "may open wss:// only"),
        ("amqp://k:hidden@h/1", "must begin with pusher://"),
        ("pusher://k@h/1", "lacks the key"),
    ],
)
@pytest.mark.parametrize("ingest", ["server", "function"])
def test_check_refuses_what_a_start_would(
    relay: str, says: str, ingest: str, tmp_path: Path
) -> None:
    """REL-1: `check --config` refuses a relay for frames or for a function as a start would, with
    its place in the file.
    """
    file = tmp_path / "realtime.toml"
    tables = f'id = "shop"\nenv = "prod"\npath = "{SAMPLE}"\ntoken_key = "0123456789abcdef"\ningest = "{ingest}"\nrelay = "{relay}"\n'
    file.write_text(
        f'[server]\npublic_url = "https://realtime.example.com"\n[[workspace]]\n{tables}'
    )
    with pytest.raises(Problem) as refused:
        check(config=file)
    assert f"{file}" in refused.value.title
    assert says in refused.value.detail
    assert "hidden" not in f"{refused.value.title}{refused.value.detail}{refused.value.remedy}"


def workspace(relay: Secret | None) -> Workspace:
    return Workspace(channel=Channel("shop", "prod"), path=".", policy=Policy(relay=relay))
