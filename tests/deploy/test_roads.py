"""Each way of `docs/how-to/deployment.md`, set up by the page's own lines, in their order, on machines that have nothing else of ours."""

import hmac
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.machines import INSTALLED, ROOT, Machine, needs_machines, needs_systemd, network
from tests.deploy.pair import DEPLOY, SECRETS
from tests.deploy.proxies import AROUND_CADDY, found
from tests.deploy.test_files import COMPOSE, CONTAINER, PAGE
from tests.support.server import GRAPH, SAMPLE

NAME = "realtime.example.com"
TOKEN = re.compile(r"\b(dnr_\S+)")
UNPRIVILEGED = (
    "setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all"
)

pytestmark = needs_machines


def section(name: str) -> str:
    """What the page says under a heading."""
    (body,) = [
        one for one in re.split(r"^## ", PAGE, flags=re.MULTILINE) if one.startswith(name + "\n")
    ]
    return body


def steps(name: str) -> list[str]:
    """The shell blocks of a section of the page, as they stand there."""
    found = re.findall(r"^```sh\n(.*?)^```$", section(name), re.DOTALL | re.MULTILINE)
    assert found, name
    return found


def follow(machine: Machine, name: str, version: str = "") -> str:
    """Does what a section says; only what a package index is needed for is done in another way."""
    printed = ""
    for block in steps(name):
        lines = block.splitlines()
        if any("pip install" in line for line in lines):
            machine.install(version)
        lines = [line for line in lines if "pip install" not in line and "-m venv" not in line]
        printed += machine.run("\n".join(lines))
    return printed


def ask(machine: Machine, path: str, token: str) -> dict[str, Any]:
    """The answer to a request as the proxy beside the process would send it."""
    curl = f"curl -fsS -m 20 -H 'Host: {NAME}' -H 'Authorization: Bearer {token}' http://127.0.0.1:8765{path}"
    answer: dict[str, Any] = json.loads(machine.run(curl))
    return answer


def delivery(secret: bytes, id: str = "one") -> str:
    """Options of curl for a signed delivery, as Segment sends it."""
    body = json.dumps(
        {"type": "track", "messageId": id, "event": "view_item", "anonymousId": "ann"}
    )
    return f"-H 'X-Signature: {hmac.digest(secret, body.encode(), 'sha1').hex()}' --data-binary '{body}'"


def through_the_proxy(browser: Machine, token: str, secret: bytes, trust: str = "-k") -> None:
    """A person signs in and watches by the public name, over TLS; Segment delivers there; a poll tells of it."""
    curl = f"curl -fsS {trust} -m 20"
    form = f"-H 'Origin: https://{NAME}' --data-urlencode token={token}"
    heads = browser.run(f"{curl} -D - -o /dev/null {form} https://{NAME}/sign-in").lower()
    assert (
        "\r\nstrict-transport-security: max-age=" in heads
        or "\nstrict-transport-security: max-age=" in heads
    )
    (cookie,) = re.findall(r"^set-cookie: (.*?)\r?$", heads, re.MULTILINE)
    assert cookie.startswith("__host-dagnet_realtime=")
    assert "; secure" in cookie
    signed_in = f"{curl} -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json'"
    on = json.dumps({"workspace": "acme-main", "env": "prod", "graph": GRAPH})
    opened = json.loads(browser.run(f"{signed_in} -d '{on}' https://{NAME}/api/watch"))
    (address,) = re.findall(r"`https://<your host>(/segment/[^`]+)`", section("The webhook"))
    browser.run(
        f"{curl} {delivery(secret, 'proxied')} 'https://{NAME}{address.replace('<source id>', 'web')}'"
    )
    frames = f"/api/watch/{opened['watch_session_id']}/frames?after={opened['position']}&wait=20"
    told = json.loads(browser.run(f"{signed_in} 'https://{NAME}{frames}'"))["frames"]
    assert sum(frame["ledger"]["offered"] for frame in told if frame["op"] == "batch") == 1


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Machine, str, Machine]]:
    """A machine on which "One process" was followed, the token that its last line printed, and a machine beside it."""
    with network(box="9", realtime_example_com="9", browser="3") as joined:
        machine, browser = joined.machine("box", systemd=True), joined.machine("browser")
        machine.run(f"cp -r {SAMPLE} /srv/acme && chmod -R a+rX /srv/acme")
        yield machine, TOKEN.findall(follow(machine, "One process"))[0], browser


@needs_systemd
def test_one_process_by_the_pages_steps(served: tuple[Machine, str, Machine]) -> None:
    """OPS-15: a real systemd runs the steps in their order; the token that they make holds, and
    their secret signs.
    """
    machine, token, _ = served
    assert ask(machine, "/api/workspaces", token)["workspaces"][0]["id"] == "acme-main"
    secret = machine.run("cat /etc/dagnet-realtime/secrets/segment_web").strip().encode()
    assert machine.run(
        f"curl -fsS -m 20 {delivery(secret)} http://127.0.0.1:8765/segment/webhook/web"
    )
    kept = machine.run("stat -c '%U %a' /var/lib/dagnet-realtime /var/lib/dagnet-realtime/tokens")
    assert kept.splitlines() == ["dagnet-realtime 700", "dagnet-realtime 600"]
    assert machine.run("ls /var/lib/dagnet-realtime/assets/*/ | grep -c .js")
    assert "dagnet-realtime" in machine.run(
        "ps -o user:20= -p $(systemctl show -P MainPID dagnet-realtime)"
    )
    machine.run("systemctl restart dagnet-realtime")
    machine.until("curl -fsS http://127.0.0.1:8765/readyz")
    assert ask(machine, "/api/me", token)["version"]
    assert machine.run("systemctl show -P Result dagnet-realtime").strip() == "success"


@needs_systemd
@pytest.mark.skipif(found("nginx") is None, reason="this machine's distribution has no nginx")
def test_nginx_by_the_pages_file(served: tuple[Machine, str, Machine], tmp_path: Path) -> None:
    """OPS-15, ACC-13: the file unchanged, in the place that the page names, serves a browser that
    knows the public name only.
    """
    machine, token, browser = served
    (place,) = re.findall(r"`(/etc/nginx/conf\.d/\S+?)`", section("One process"))
    machine.run(f"install -D -m 644 deploy/nginx.conf {place}")
    key, certificate = f"/etc/ssl/private/{NAME}.key", f"/etc/ssl/certs/{NAME}.pem"
    made = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout {key} -out {certificate}"
    machine.run(
        f"mkdir -p /etc/ssl/private; {made} -subj /CN={NAME} -addext subjectAltName=DNS:{NAME} 2>&1"
    )
    machine.run(
        "mkdir -p /var/lib/nginx; mount -t tmpfs logs /var/log; mkdir /var/log/nginx"
    )  # as the package leaves them
    machine.start("nginx -g 'daemon off;'", log=tmp_path / "nginx")
    browser.run(f"cat > /etc/ssl/{NAME}.pem <<'PEM'\n{machine.run(f'cat {certificate}')}PEM")
    trust = f"--cacert /etc/ssl/{NAME}.pem"
    browser.until(f"curl -fsS {trust} -m 4 https://{NAME}/readyz")
    through_the_proxy(
        browser,
        token,
        machine.run("cat /etc/dagnet-realtime/secrets/segment_web").strip().encode(),
        trust,
    )
    assert "308" in browser.run(f"curl -sS -m 4 -o /dev/null -w '%{{http_code}}' http://{NAME}/")
    stream = f"curl -fsS {trust} -H 'Authorization: Bearer {token}' -w '%{{http_version}}' -o /dev/null https://{NAME}/api/me"
    assert browser.run(stream).strip() == "2"


@needs_systemd
@pytest.mark.proof
def test_workers_and_their_upgrade_by_the_pages_steps(
    served: tuple[Machine, str, Machine], tmp_path: Path
) -> None:
    """OPS-15, CLI-52: after the page's reload the installed version answers, and no request was
    refused meanwhile.
    """
    machine, token, _ = served
    machine.start("redis-server --save '' --appendonly no --dir /tmp", log=tmp_path / "redis")
    machine.until("redis-cli ping")
    follow(machine, "On Redis")
    machine.until("curl -fsS http://127.0.0.1:8765/readyz")
    before = ask(machine, "/api/me", token)["version"]
    follow(machine, "Upgrades and rolling restarts", "9.9.9")
    versions = [before]
    while versions[-12:] != ["9.9.9"] * 12:
        versions.append(ask(machine, "/api/me", token)["version"])
        assert len(versions) < 20_000
    assert set(versions) == {before, "9.9.9"}
    assert machine.run("systemctl is-active dagnet-realtime").strip() == "active"


class Composition:
    """`deploy/compose.yaml`, each service a machine that is named as it is, run as the image says."""

    def __init__(self, folder: Path, **machines: Machine) -> None:
        self.machines = machines
        self._folder = folder
        variables = dict(
            re.findall(
                r"^(?:ENV)? +([A-Z_]+)=(\S+?)(?: \\)?$", CONTAINER.split("\nFROM ")[2], re.MULTILINE
            )
        )
        self._image = {
            name: value.replace("$PATH", "/usr/bin:/bin") for name, value in variables.items()
        }
        self._image["PATH"] = f"{INSTALLED}/bin:/usr/bin:/bin"

    def environ(self, service: str) -> dict[str, str]:
        said: Mapping[str, str] = COMPOSE["services"][service].get("environment", {})
        return {
            name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", str(value)) for name, value in said.items()
        }

    def start(self, service: str) -> None:
        """A process of ours: volumes and secrets where the file mounts them, the user, the entry point."""
        machine, given = self.machines[service], COMPOSE["services"][service]
        state = self._folder / "state"
        state.mkdir(exist_ok=True)
        machine.install()
        for secret in given["secrets"]:
            (self._folder / secret["source"]).write_bytes(SECRETS[secret["source"]])
            machine.run(f"install -D -m 444 {self._folder / secret['source']} {secret['target']}")
        for volume in given["volumes"]:
            source, target = volume.split(":")[:2]
            made = {
                "./realtime.toml": f"install -D -m 644 {DEPLOY}/realtime.toml {target}",
                "./acme": f"cp -r {SAMPLE} {target}",
            }
            made["state"] = (
                f"mkdir -p {target} && mount --bind {state} {target} && chown 10001:10001 {target} && chmod 700 {target}"
            )
            machine.run(made[source])
        machine.run("chmod -R a+rX /srv /etc/dagnet-realtime")
        machine.start(
            f"{UNPRIVILEGED} dagnet-realtime serve",
            environ=self._environ(service),
            log=self._folder / service,
        )

    def command(self, service: str, words: str) -> str:
        """What `docker compose run SERVICE WORDS` prints."""
        return self.machines[service].run(
            f"{UNPRIVILEGED} dagnet-realtime {words}", environ=self._environ(service)
        )

    def _environ(self, service: str) -> dict[str, str]:
        return {**self._image, **self.environ(service)}


@pytest.mark.proof
@pytest.mark.skipif(found("caddy") is None, reason="this machine's distribution has no caddy")
def test_the_composition_lets_everybody_in(tmp_path: Path) -> None:
    """OPS-11, WEB-18: under the composition's names its proxy finds both processes ready, and
    probes by name and address succeed.
    """
    tmp_path.chmod(0o755)
    with network(
        redis="10", one="11", two="12", proxy="2", realtime_example_com="2", browser="3"
    ) as joined:
        machines = {
            name: joined.machine(name) for name in ("redis", "one", "two", "proxy", "browser")
        }
        made, browser = Composition(tmp_path, **machines), machines["browser"]
        command = " ".join(f"'{word}'" for word in COMPOSE["services"]["redis"]["command"])
        machines["redis"].start(
            f"{command} --bind 0.0.0.0 --protected-mode no --dir /tmp", log=tmp_path / "redis"
        )
        machines["redis"].until(" ".join(COMPOSE["services"]["redis"]["healthcheck"]["test"][1:]))
        for service in ("one", "two"):
            made.start(service)
        for service in ("one", "two"):
            browser.until(f"curl -fsS -m 2 http://{service}:8765/readyz")
            browser.run(f"curl -fsS -m 20 http://{machines[service].address}:8765/healthz")
        token = TOKEN.findall(made.command("one", "token create ada"))[0]
        machines["proxy"].run(
            "mkdir -p /etc/caddy && cat > /etc/caddy/Caddyfile <<'FILE'\n"
            + _inside(AROUND_CADDY)
            + "FILE"
        )
        environ = {
            **made.environ("proxy"),
            "HOME": "/tmp",
            "XDG_DATA_HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path),
        }
        machines["proxy"].start(
            "caddy run --config /etc/caddy/Caddyfile --adapter caddyfile",
            environ=environ,
            log=tmp_path / "proxy",
        )
        browser.until(
            f"curl -fsSk -m 4 https://{NAME}/readyz"
        )  # an upstream that is never ready is 503 after five seconds
        signed_in = f"curl -fsSk -m 4 -H 'Authorization: Bearer {token}'"
        for service in ("one", "two"):  # each looks at the tokens' file once a second
            browser.until(f"{signed_in} http://{service}:8765/metrics")
        for _ in range(4):
            assert (
                json.loads(browser.run(f"{signed_in} https://{NAME}/api/workspaces"))["workspaces"][
                    0
                ]["id"]
                == "acme-main"
            )
        through_the_proxy(browser, token, SECRETS["segment_web"])
        for service in ("one", "two"):
            for host in (service, machines[service].address):
                assert "dagnet_realtime_events_total" in browser.run(
                    f"{signed_in} http://{host}:8765/metrics"
                )
        for service in ("one", "two"):
            check = re.search(
                r"HEALTHCHECK .*?CMD \[\"python\", \"-c\", (\".*?\")\]$",
                CONTAINER,
                re.DOTALL | re.MULTILINE,
            )
            assert check is not None
            machines[service].run(f"python3 -c {check[1]}")


def _inside(around: str) -> str:
    """The proxy's own file; only its certificates are made at home, since no authority can reach this network."""
    return (
        around.replace("\tdefault_bind 127.0.0.1\n", "").replace(
            "\tauto_https disable_redirects\n", "\tlocal_certs\n"
        )
        + (DEPLOY / "Caddyfile").read_text()
    )


def test_every_step_names_what_there_is() -> None:
    """OPS-15: files that the page's lines install are in this repository."""
    lines = [
        line
        for section in ("One process", "On Redis", "Upgrades and rolling restarts")
        for line in "".join(steps(section)).splitlines()
    ]
    named = [word for line in lines for word in line.split() if word.startswith("deploy/")]
    assert {"deploy/realtime.toml", "deploy/dagnet-realtime.service", "deploy/workers.conf"} <= set(
        named
    )
    assert not [name for name in named if not (ROOT / name).is_file()]
