"""Who a person is, through the real proxies with the files of `deploy/`, before a server in access
mode `proxy`.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.deploy.pair import DEPLOY
from tests.deploy.proxies import AS_IT_IS, NAME, Proxy, caddy, found, nginx
from tests.support.program import Program
from tests.support.server import SAMPLE
from tests.support.sockets import free_port

PROXIES: dict[str, Proxy] = {"nginx": nginx, "caddy": caddy}
SECRET = "0123456789abcdef0123456789abcdef"  # of a test
CONFIG = f"""
[server]
port = 0
public_url = "https://{NAME}:%d"
[access]
mode = "proxy"
proxy_header = "X-Forwarded-Email"
proxy_groups = "X-Forwarded-Groups"
proxy_from = ["127.0.0.1"]
proxy_secret = "{SECRET}"
[[access.grant]]
who = "eve@acme.com"
[[access.grant]]
who = "group:admins"
role = "administer"
[[access.grant]]
who = "boss@acme.com"
role = "administer"
[[workspace]]
id = "shop"
env = "test"
path = "{SAMPLE}"
token_key = "a key of tests"
"""
PERSON = {
    "nginx": (
        "include /etc/nginx/dagnet-realtime-person.conf*;",
        f'proxy_set_header X-Realtime-Proxy-Secret "{SECRET}"; proxy_set_header X-Forwarded-Email eve@acme.com; '
        'proxy_set_header X-Forwarded-Groups ",";',
    ),
    "caddy": (
        'request_header X-Realtime-Proxy-Secret "{$REALTIME_PROXY_SECRET:}"',
        f'request_header X-Realtime-Proxy-Secret "{SECRET}"\n request_header X-Forwarded-Email eve@acme.com\n '
        'request_header X-Forwarded-Groups ""',
    ),
}
FORGED = [
    {"x-forwarded-groups": "admins"},
    {"x-forwarded-email": "boss@acme.com"},
    {"x-forwarded-email": "boss@acme.com", "x-realtime-proxy-secret": SECRET},
    {
        "x-forwarded-email": "boss@acme.com",
        "x-forwarded-groups": "admins",
        "x-realtime-proxy-secret": SECRET,
        "x-forwarded-for": "127.0.0.1",
    },
    {"X_Forwarded_Groups": "admins", "x_forwarded_email": "boss@acme.com"},
    {
        "connection": "x-forwarded-email, x-realtime-proxy-secret, x-forwarded-groups",
        "x-forwarded-groups": "admins",
    },
]


@pytest.fixture(scope="module", params=PROXIES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, httpx.Client, Program]]:
    """The proxy's name, a browser that it has signed in as Eve, and the server."""
    if found(request.param) is None:
        pytest.skip(f"this machine's distribution has no {request.param}")
    folder, port = tmp_path_factory.mktemp(request.param), free_port()
    (folder / "realtime.toml").write_text(CONFIG % port)
    program = Program("serve", "--config", str(folder / "realtime.toml"), "--port", str(behind := free_port()),
                      environ={"DAGNET_REALTIME_STATE_DIR": str(folder / "state")})  # fmt: skip
    try:
        program.wait_line(re.compile("Realtime is at https://"), 90)
        program.url = f"http://127.0.0.1:{behind}"
        with (
            PROXIES[request.param](folder, port, [behind, behind], PERSON[request.param]) as tls,
            httpx.Client(
                base_url=f"https://{NAME}:{port}", verify=tls, trust_env=False, timeout=30
            ) as browser,
        ):
            yield request.param, browser, program
    finally:
        program.stop()


@pytest.mark.parametrize("forged", FORGED)
def test_no_client_names_itself_groups_itself_or_proves_itself_a_proxy(
    site: tuple[str, httpx.Client, Program], forged: dict[str, str]
) -> None:
    """OPS-5, ACC-14: with any forged header the client is Eve, who may only watch, or is not signed
    in.
    """
    _, browser, _ = site
    for headers in (list(forged.items()), [*forged.items(), *forged.items()]):
        me = browser.get("/api/me", headers=headers)
        if me.status_code == 401 and "connection" in forged:
            continue  # who has the proxy drop its own headers is not signed in
        assert (me.status_code, me.json()["person"], me.json()["can"]) == (
            200,
            "proxy:eve@acme.com",
            ["watch"],
        ), me.text


@pytest.mark.parametrize("forged", FORGED[:2])
def test_past_the_proxy_no_client_is_believed(
    site: tuple[str, httpx.Client, Program], forged: dict[str, str]
) -> None:
    """ACC-14: a client at a trusted address is refused unless it sends the secret exactly once."""
    _, _, program = site
    with httpx.Client(base_url=program.url, trust_env=False) as direct:
        named = {"x-forwarded-email": "eve@acme.com", "x-forwarded-groups": "", **forged}
        assert direct.get("/api/me", headers=named).status_code == 401
        proven = {**named, "x-realtime-proxy-secret": SECRET}
        assert direct.get("/api/me", headers=proven).status_code == 200
        assert (
            direct.get(
                "/api/me", headers=[*proven.items(), ("x-realtime-proxy-secret", SECRET)]
            ).status_code
            == 401
        )
        assert (
            direct.get(
                "/api/me", headers=[*proven.items(), ("x-forwarded-groups", "admins")]
            ).status_code
            == 401
        )


@pytest.mark.parametrize("name", PROXIES)
async def test_the_files_as_they_are_name_no_one(name: str, tmp_path: Path) -> None:
    """OPS-5: before anything is filled in, no header of a person and no proof passes, under any
    name that sign-in proxies use.
    """
    text = (DEPLOY / {"nginx": "nginx.conf", "caddy": "Caddyfile"}[name]).read_text()
    assert PERSON[name][0] in text
    if found(name) is None:
        pytest.skip(f"this machine's distribution has no {name}")
    usual = [f"x-forwarded-{one}" for one in ("email", "user", "preferred-username", "groups")]
    usual += [f"x-auth-request-{one}" for one in ("email", "user", "preferred-username", "groups")]
    usual += [f"remote-{one}" for one in ("email", "user", "name", "groups")]
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()

    port, server = free_port(), await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        behind = server.sockets[0].getsockname()[1]
        with PROXIES[name](tmp_path, port, [behind, behind], AS_IT_IS) as tls:
            async with httpx.AsyncClient(verify=tls, trust_env=False, timeout=10) as browser:
                forged = dict.fromkeys([*usual, "x-realtime-proxy-secret"], "eve@acme.com")
                assert (
                    await browser.get(f"https://{NAME}:{port}/api/me", headers=forged)
                ).status_code == 200
    assert any(head.startswith(b"GET /api/me") for head in heads)
    assert b"eve@acme.com" not in b"".join(heads)
