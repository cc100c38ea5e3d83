"""A page over two processes behind the nginx of `deploy/`, without stickiness: with a provider, and across builds."""

import hmac
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

import dagnet_realtime
from tests.deploy.pair import Process, access_token, configured, pair
from tests.deploy.proxies import NAME, found, nginx
from tests.e2e.demo import count, live, wait_count
from tests.e2e.relayed import by_provider
from tests.support.redis import RedisServer, redis_server
from tests.support.server import SECRET, track
from tests.support.sockets import free_port
from tests.support.soketi import soketi

pytestmark = pytest.mark.skipif(
    found("nginx") is None, reason="this machine's distribution has no nginx"
)

PLAIN = "server {\n    listen 80;"
SECURED = """server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    location / {{
        proxy_pass http://127.0.0.1:{provider};
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
    }}
}}

"""
"""Before the provider: a page that came over TLS opens no plain connection."""


class Site:
    """Where the page is, and who may watch it."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.key = key
        self._sent = 0

    def enter(self, browser: Browser, *, clock: bool = False) -> Page:
        """The page of a person who signed in by their access token and pressed On."""
        page = browser.new_context(
            ignore_https_errors=True, viewport={"width": 1600, "height": 1000}
        ).new_page()
        if clock:
            page.clock.install()
        page.goto(self.url)
        page.get_by_label("Access token").fill(self.key)
        page.keyboard.press("Enter")
        page.get_by_role("switch").click()
        live(page)
        return page

    def send(self, number: int) -> None:
        """Sends a number of deliveries, one event each."""
        with httpx.Client(base_url=self.url, trust_env=False, verify=False) as client:
            for _ in range(number):
                self._sent += 1
                body = json.dumps(track(f"m{self._sent}")).encode()
                headers = {"x-signature": hmac.digest(SECRET, body, "sha1").hex()}
                assert (
                    client.post("/segment/webhook/web", content=body, headers=headers).status_code
                    == 200
                )


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server("--maxmemory-policy", "noeviction") as running:
        yield running


@pytest.mark.proof
def test_a_page_over_two_processes_stays_with_the_provider(
    browser: Browser, redis: RedisServer, tmp_path: Path
) -> None:
    """REL-25: either process answers the page's questions; every signature is given, no stream or
    poll is needed, and counts are exact.
    """
    with soketi() as provider, pytest.MonkeyPatch.context() as patched:
        key, port, secure = access_token(tmp_path), free_port(), free_port()
        patched.setenv(
            "DAGNET_REALTIME_WORKSPACE_1_RELAY", f"{provider.url}?ws=wss://{NAME}:{secure}"
        )
        provided = (
            PLAIN,
            SECURED.format(port=secure, folder=tmp_path, provider=provider.port) + PLAIN,
        )
        url = f"https://{NAME}:{port}"
        with (
            pair(tmp_path, redis.url, url) as processes,
            nginx(tmp_path, port, [one.port for one in processes], provided),
        ):
            site = Site(url, key)
            page = site.enter(browser, clock=True)
            asked: list[tuple[str, int]] = []
            page.on("response", lambda one: asked.append((one.url.removeprefix(url), one.status)))
            by_provider(page)
            for round in range(1, 5):
                site.send(10)
                wait_count(page, round * 10)
                page.clock.fast_forward(8_500)  # the page asks either process for its seat again
                by_provider(page)
            assert count(page) == 40
            seats = [status for path, status in asked if path.endswith("/relay")]
            assert len(seats) >= 3
            assert set(seats) == {200}
            assert {status for path, status in asked if path == "/api/channels/auth"} <= {200}
            assert not [path for path, _ in asked if path.endswith("/stream")]
            processes[0].stop()
            site.send(10)
            wait_count(page, 50)
            page.clock.fast_forward(8_500)
            by_provider(page)
            assert count(page) == 50
            page.context.close()


class Build:
    """A copy of the program whose interface has other hashes in every name, as another build has."""

    def __init__(self, folder: Path, mark: str) -> None:
        package = folder / "dagnet_realtime"
        shutil.copytree(Path(dagnet_realtime.__file__).parent, package)
        static = package / "web/static"
        names = {file.name: _marked(file.name, mark) for file in (static / "assets").iterdir()}
        known = re.compile(
            "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        )
        for file in [static / "index.html", *(static / "assets").iterdir()]:
            if file.suffix in (".js", ".css", ".html"):
                file.write_text(known.sub(lambda found: names[found[0]], file.read_text()))
        for old, new in names.items():
            (static / "assets" / old).rename(static / "assets" / new)
        self.environ = {"PYTHONPATH": str(folder)}


def _marked(name: str, mark: str) -> str:
    stem, _, kind = name.rpartition(".")
    return f"{stem[:-2]}{mark}.{kind}"


@contextmanager
def behind_nginx(
    folder: Path, redis: RedisServer, *builds: Build
) -> Iterator[tuple[Site, list[Process], Path]]:
    """One process of each build behind nginx; processes on one machine share the folder
    of assets.
    """
    key, port = access_token(folder), free_port()
    url, config = f"https://{NAME}:{port}", configured(folder)
    environ = {
        "DAGNET_REALTIME_LOG": redis.url,
        "DAGNET_REALTIME_PUBLIC_URL": url,
        "DAGNET_REALTIME_STATE_DIR": str(folder / "state"),
    }
    processes = [Process(config, {**environ, **build.environ}) for build in builds]
    try:
        for one in processes:
            one.start()
        with nginx(folder, port, [one.port for one in processes]):
            yield Site(url, key), processes, config
    finally:
        for one in processes:
            one.stop()


def missing(page: Page, to: list[str]) -> None:
    """Notes what the page asked for in vain."""
    page.on("response", lambda one: to.append(one.url) if one.status == 404 else None)


@pytest.mark.proof
def test_a_page_goes_on_with_a_server_of_another_build(
    browser: Browser, redis: RedisServer, tmp_path: Path
) -> None:
    """WEB-28: builds run side by side behind nginx, every page comes up whole, and one that was open before finds its parts."""
    one, two = Build(tmp_path / "one", "Q1"), Build(tmp_path / "two", "Q2")
    gone: list[str] = []
    with behind_nginx(tmp_path, redis, one, one) as (site, processes, config):
        old = site.enter(browser)
        missing(old, gone)
        site.send(3)
        wait_count(old, 3)
        processes[1].stop()
        processes[1] = _replaced(processes[1], config, two)
        for _ in range(4):
            new = browser.new_context(ignore_https_errors=True).new_page()
            missing(new, gone)
            new.goto(site.url)
            new.get_by_label("Access token").fill(site.key)
            new.keyboard.press("Enter")
            expect(new.get_by_role("switch")).to_be_visible()
            new.context.close()
        processes[0].stop()
        processes[0] = _replaced(processes[0], config, two)
        live(old)
        old.keyboard.press("t")
        expect(old.get_by_role("table").first).to_be_visible()
        site.send(2)
        wait_count(old, 5)
        assert count(old) == 5
        assert gone == []
        old.context.close()


def _replaced(process: Process, config: Path, build: Build) -> Process:
    """Another build on the same port."""
    made = Process(config, {**process.environ, **build.environ})
    made.port = process.port
    made.start()
    return made
