"""Running the server for `serve` and `demo`."""

import asyncio
import json
import shlex
from pathlib import Path

import httpx
import msgspec
import pytest

from dagnet_realtime.app.files import local_key
from dagnet_realtime.cli.demo import SAMPLE
from dagnet_realtime.cli.run_server import (
    at_home,
    connection_hints,
    example_event,
    loop_factory,
    quoted,
    redirect,
    warn_of_plain_address,
)
from dagnet_realtime.config.build import default_workspace
from dagnet_realtime.config.config import AccessConfig, AccessMode, Config, ServerConfig
from dagnet_realtime.core.sanitizer import candidate_names
from dagnet_realtime.graphs.folder import FolderGraphs
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.workspace import Channel, Policy
from tests.support.program import running
from tests.support.server import GRAPH

SHOP = default_workspace(SAMPLE, lambda count: b"\x0b" * count)


def test_the_explanation_says_how_to_reach_the_generated_sources() -> None:
    """CLI-8: what was generated is printed: the webhook's URL and secret, the write key, and a line that lights a node."""
    text = "\n".join(connection_hints(SHOP, "http://127.0.0.1:1"))
    assert "http://127.0.0.1:1/segment/webhook/webhook" in text
    assert "0b" * 16 in text
    assert "curl -u " + "0b" * 12 in text


def test_the_curl_line_lights_a_node() -> None:
    found = example_event(SHOP)
    assert found is not None
    label, body = found
    sent = json.loads(shlex.split(f"curl -d '{quoted(body)}'")[2])
    assert sent == body
    names = candidate_names(sent["type"], sent.get("event"), sent.get("name"), None)
    graphs = FolderGraphs({"shop": SAMPLE}).load().catalogue("shop").graphs.values()
    assert any(
        label == listen.label and set(names) & set(listen.names)
        for graph in graphs
        for listen in graph.listens
    )


def test_a_workspace_that_nothing_can_light_gets_no_such_line(tmp_path: Path) -> None:
    (tmp_path / "graphs").mkdir()
    dark = msgspec.structs.replace(SHOP, path=str(tmp_path))
    assert example_event(dark) is None
    assert not any("curl" in line for line in connection_hints(dark, "http://127.0.0.1:1"))


def test_single_quotes_survive_the_shell() -> None:
    written = quoted({"event": "it's"})
    assert shlex.split(f"'{written}'") == ['{"event":"it\'s"}']


def test_the_server_runs_on_uvloop_where_there_is_one() -> None:
    factory = loop_factory()
    loop = factory() if factory else asyncio.new_event_loop()
    loop.close()


def test_a_link_is_opened_by_a_file_that_goes_on_to_it() -> None:
    """CLI-3: the file redirects to the link, escapes it, and sends no referrer."""
    page = redirect('http://127.0.0.1:1/?key=k&"><script>')
    assert 'content="0;url=http://127.0.0.1:1/?key=k&amp;&quot;&gt;&lt;script&gt;"' in page
    assert "<script" not in page
    assert 'name="referrer" content="no-referrer"' in page


def test_the_demo_opens_the_browser_without_a_secret_in_its_arguments(tmp_path: Path) -> None:
    """CLI-3: what the browser gets is the name of a file that its user alone can read, and that goes when the demo stops."""
    browser, told = tmp_path / "browser", tmp_path / "told"
    steps = ('echo "$@"', 'stat -c %a "${1#file://}"', 'cat "${1#file://}"')
    browser.write_text("#!/bin/sh\n" + "\n".join(f"{step} >> {told}" for step in steps))
    browser.chmod(0o700)
    environ = {
        "DAGNET_REALTIME_STATE_DIR": str(tmp_path / "state"),
        "DISPLAY": ":0",
        "BROWSER": f"{browser} %s",
        "CI": "",
    }
    with running("demo", "--port", "0", environ=environ) as program:
        pass
    arguments, mode, page = told.read_text().split("\n", 2)
    assert "key=" not in arguments
    assert program.key not in arguments
    assert mode == "600"
    assert f"{program.url}/?key={program.key}" in page
    assert [file.name for file in (tmp_path / "state").iterdir() if file.is_file()] == [
        "browsers.secret"
    ]


@pytest.mark.parametrize(
    ("url", "mode", "said"),
    [
        ("http://watch.example.com", "token", True),
        ("http://watch.example.com:8765", "oidc", True),
        ("http://watch.example.com", "local", True),
        ("http://watch.example.com", "proxy", False),
        ("https://watch.example.com", "token", False),
        ("http://localhost:8443", "token", False),
        ("http://[::1]:8443", "token", False),
        ("", "token", False),
    ],
)
def test_an_address_over_which_sign_in_fails_is_reported(
    url: str, mode: AccessMode, said: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """ACC-13: a warning at the start, for access modes with a cookie; without one plain HTTP does
    no harm.
    """
    warn_of_plain_address(
        Config(server=ServerConfig(public_url=url), access=AccessConfig(mode=mode))
    )
    assert ("public_url begins with http://" in capsys.readouterr().err) == said


def test_local_access_alone_has_the_local_key(tmp_path: Path) -> None:
    """ACC-4: in local access the local key replaces a configured one; other modes keep theirs."""
    own = Config(access=AccessConfig(cookie_key=Secret("configured")))
    assert at_home(own, tmp_path).access.cookie_key == Secret(local_key(tmp_path))
    token = Config(access=AccessConfig(mode="token", cookie_key=Secret("configured")))
    assert at_home(token, tmp_path) is token


def test_pseudonyms_of_this_machine_stay_over_a_restart(tmp_path: Path) -> None:
    """RED-7: the machine's own key makes them, for each channel another; a configured
    key is kept.
    """
    given = msgspec.structs.replace(SHOP, policy=Policy(token_key=Secret("configured")))
    prod = msgspec.structs.replace(SHOP, channel=Channel(SHOP.channel.workspace, "prod"))

    def keys(folder: Path) -> list[bytes]:
        found = [
            one.policy.token_key
            for one in at_home(Config(workspaces=(SHOP, prod, given)), folder).workspaces
        ]
        return [key.reveal() for key in found if key is not None]

    first = keys(tmp_path / "state")
    assert first == keys(tmp_path / "state")
    assert first[2] == b"configured"
    assert len({local_key(tmp_path / "state"), *first}) == 4
    assert not {*first[:2]} & {*keys(tmp_path / "other")}


def token_of(folder: Path, *flags: str) -> str:
    """The token of one person at a program that has just started."""
    key_file = folder / "key"
    with running(
        "serve", "--workspace", str(SAMPLE), "--port", "0", "--key-file", str(key_file), *flags
    ) as program:
        key = {"authorization": f"Bearer {key_file.read_text().strip()}"}
        with httpx.Client(base_url=program.url, trust_env=False, headers=key) as client:
            wanted = {"workspace": SAMPLE.name, "env": "local", "graph": GRAPH}
            session = (
                client.post("/api/watch", json=wanted).raise_for_status().json()["watch_session_id"]
            )
            person = {"kind": "userId", "value": "ann"}
            tokens: list[str] = (
                client.post(f"/api/watch/{session}/follow", json=person)
                .raise_for_status()
                .json()["tokens"]
            )
            return tokens[0]


def test_a_person_keeps_their_token_over_a_restart(tmp_path: Path) -> None:
    """RED-7: `serve` makes the same token for a person after a restart."""
    assert token_of(tmp_path) == token_of(tmp_path)
