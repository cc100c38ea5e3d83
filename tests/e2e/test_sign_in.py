"""Signing in on one's own machine, in a real browser."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dagnet_realtime.cli.link import link
from tests.e2e.demo import live
from tests.support.chromium import SHELF
from tests.support.program import Program, running
from tests.support.server import SAMPLE

SERVE = ("serve", "--workspace", str(SAMPLE), "--port")


class Neighbour:
    """Another program on this machine, to which the browser goes; it keeps every cookie that it is given."""

    def __init__(self) -> None:
        given: set[str] = set()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                given.update(
                    part.strip() for part in self.headers.get("cookie", "").split(";") if part
                )
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(
                    b"<!doctype html><title>Neighbour</title><script>fetch('/again')</script>"
                )

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.given = given
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    found = Neighbour()
    thread = Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("DAGNET_REALTIME_STATE_DIR", str(tmp_path / "state"))
    return {"DAGNET_REALTIME_STATE_DIR": str(tmp_path / "state")}


def on(page: Page) -> None:
    """Realtime is on, and the stream is open."""
    page.get_by_role("switch", name="Realtime").click()
    live(page)


def test_another_program_of_this_machine_cannot_use_the_cookie(
    context: BrowserContext, neighbour: Neighbour, environ: dict[str, str]
) -> None:
    """ACC-55: the browser gives it away, since ports are one site; it serves the page and nothing else."""
    with running(*SERVE, "0", environ=environ) as program:
        page = context.new_page()
        page.goto(program.link)
        on(page)
        assert page.url.split("?")[0] == f"{program.url}/"
        assert "#" not in page.url
        page.evaluate("url => { location = url }", neighbour.url)
        expect(page).to_have_title("Neighbour")
        page.wait_for_load_state("networkidle")
        (stolen,) = (cookie for cookie in neighbour.given if cookie.startswith("dagnet_realtime_"))
        assert page.evaluate(f"localStorage.getItem('{SHELF}')") is None
        with httpx.Client(
            base_url=program.url, headers={"cookie": stolen}, trust_env=False
        ) as thief:
            assert thief.get("/").status_code == 200
            for path in ("/api/me", "/api/workspaces", "/metrics"):
                assert thief.get(path).status_code == 401
            assert (
                thief.post(
                    "/api/watch",
                    json={"workspace": "shop", "env": "local", "graph": "uk-checkout-journey"},
                ).status_code
                == 401
            )
            assert "#" not in thief.get("/", params={"key": program.key}).headers.get(
                "location", ""
            )
        page.goto(program.url)
        expect(page.get_by_role("switch", name="Realtime")).to_be_visible()


def test_a_restart_signs_no_one_out_and_a_fresh_link_can_be_pasted(
    context: BrowserContext, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """ACC-4, ACC-3: the open page stays signed in, and another browser signs in by a link that is
    pasted.
    """
    with running(*SERVE, "0", environ=environ) as program:
        page = context.new_page()
        page.goto(program.link)
        on(page)
        port = program.url.rpartition(":")[2]
    with running(*SERVE, port, environ=environ) as again:
        page.reload()
        expect(page.get_by_role("switch", name="Realtime")).to_be_visible()
        assert (
            page.evaluate(
                f"fetch('/api/me', {{headers: {{'x-realtime-page': localStorage.getItem('{SHELF}')}}}}).then(a => a.status)"
            )
            == 200
        )
        _pasted(context, again, capsys)


def _pasted(context: BrowserContext, program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    browser = context.browser
    assert browser is not None
    other = browser.new_context()
    page = other.new_page()
    page.goto(program.url)
    expect(page.get_by_text(re.compile("dagnet-realtime link"))).to_be_visible()
    capsys.readouterr()
    link(program.url)
    page.goto(f"{program.url}/sign-in")
    page.get_by_label("One-time link").fill(capsys.readouterr().out.strip())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("switch", name="Realtime")).to_be_visible()
    assert page.url.partition("?")[0] == f"{program.url}/"
    other.close()
