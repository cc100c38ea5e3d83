"""Pages of another origin in a real browser: who may watch, by what, and who may frame."""

from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, Page

from tests.e2e.site import site
from tests.support.program import Program, running
from tests.support.server import GRAPH, SAMPLE

WATCH = """async ({api, token, graph}) => {
  const ask = (path, init = {}) => fetch(api + path, {...init, headers: {authorization: `Bearer ${token}`, ...init.headers}});
  const me = await (await ask("/api/me")).json();
  const channel = (await (await ask("/api/workspaces")).json()).workspaces[0];
  const body = JSON.stringify({workspace: channel.id, env: channel.env, graph});
  const on = await (await ask("/api/watch", {method: "POST", body, headers: {"content-type": "application/json"}})).json();
  const path = `/api/watch/${on.watch_session_id}`;
  const reader = (await ask(`${path}/stream`, {headers: {"last-event-id": on.position}})).body.getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  const filter = await ask(path, {method: "PATCH", body: '{"filter": "type:track"}', headers: {"content-type": "application/json"}});
  const polled = await ask(`${path}/frames?after=${on.position}&wait=0`);
  const off = await ask(path, {method: "DELETE"});
  return {person: me.person, hello: first.includes('"op":"hello"'), statuses: [filter.status, polled.status, off.status]};
}"""
"""What a client of a host does, each method once; a blocked request throws."""

REACH = """async ({api, path, init}) => {
  try { return (await fetch(api + path, init)).status } catch { return "blocked" }
}"""


def reach(page: Page, api: str, path: str, **init: object) -> object:
    """What a page gets of a route: its status, or that the browser blocked the answer."""
    return page.evaluate(REACH, {"api": api, "path": path, "init": init})


def minted(program: Program, key: str) -> str:
    """A viewer token, as the back end of a developer's host gets it."""
    body = {"workspace": "shop", "env": "local", "viewer": "u-1", "role": "watch"}
    headers = {"authorization": f"Bearer {key}"}
    answer = httpx.post(
        f"{program.url}/api/viewer-tokens", json=body, headers=headers, trust_env=False
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def test_a_listed_page_watches_by_its_token_and_no_other_page_does(
    context: BrowserContext, tmp_path: Path
) -> None:
    """ACC-59, ACC-61: another page is refused, even one of the same site, whose requests carry the
    server's cookie.
    """
    key_file = tmp_path / "key"
    with site() as listed, site() as other:
        environ = {
            "DAGNET_REALTIME_ORIGINS": listed.url,
            "DAGNET_REALTIME_FRAMED_BY": listed.url,
            "DAGNET_REALTIME_STATE_DIR": str(tmp_path / "state"),
        }
        serve = ("serve", "--workspace", str(SAMPLE), "--port", "0", "--key-file", str(key_file))
        with running(*serve, environ=environ) as program:
            token = minted(program, key_file.read_text().strip())
            context.new_page().goto(program.link)  # signed in: the browser has the cookie
            given = {"api": program.url, "token": token, "graph": GRAPH}
            bearer = {"authorization": f"Bearer {token}"}

            page = context.new_page()
            page.goto(listed.put("/host.html", tap=None))
            assert page.evaluate(WATCH, given) == {
                "person": "viewer:u-1",
                "hello": True,
                "statuses": [200, 200, 204],
            }
            assert reach(page, program.url, "/api/me") == 401
            assert reach(page, program.url, f"/api/me?access_token={token}") == 401
            assert reach(page, program.url, "/api/me", credentials="include") == "blocked"
            for path in ("/metrics", "/api/openapi.json", "/healthz"):
                assert reach(page, program.url, path, headers=bearer) == "blocked"
            mint = reach(page, program.url, "/api/viewer-tokens", method="POST", headers=bearer)
            assert mint == "blocked"
            assert framed(page, program.url)

            stranger = context.new_page()
            stranger.goto(other.put("/host.html", tap=None))
            for init in ({}, {"headers": bearer}, {"credentials": "include"}):
                assert reach(stranger, program.url, "/api/me", **init) == "blocked"
            assert not framed(stranger, program.url)


def framed(page: Page, url: str) -> bool:
    """Whether the interface shows in a frame of the page."""
    page.evaluate(
        """url => new Promise(done => {
          const frame = document.createElement("iframe");
          frame.onload = done; frame.src = url; document.body.append(frame);
        })""",
        url,
    )
    return page.frames[-1].url.startswith(url)
