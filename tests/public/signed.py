"""What browsers and folders hold of a server in the modes `local` and `oidc`,
and what another one makes of it.
"""

import http.server
import json
import os
import re
import stat
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from tests.public.command import command
from tests.public.place import LISTENING, SAMPLE, SECRET, TOKEN_KEY, Place, cookie_of, token, track
from tests.support.openid import SECRET as CLIENT_SECRET
from tests.support.openid import consent, provider
from tests.support.program import Program
from tests.support.sockets import free_port

PERSON = "recorded person"
URL = "http://127.0.0.1:8765"
"""What browsers call the server at any port: it stands in the names of cookies."""

CENTURY = 3_155_760_000  # seconds
LATER = f"""
import time
_time, _time_ns = time.time, time.time_ns
time.time = lambda: _time() + {CENTURY}
time.time_ns = lambda: _time_ns() + {CENTURY}_000_000_000
"""
"""For a program that makes what lapses within hours: in a hundred years it still has not."""

OIDC = """
[server]
port = {port}
public_url = "{url}"
[access]
mode = "oidc"
issuer = "{issuer}"
client_id = "us"
client_secret = "{secret}"
scopes = ["openid", "email", "profile"]
tokens = "tokens.json"
audit = "audit.log"
session = "36500d"
cookie_key = "a cookie key that was recorded, forty or more"
[[access.grant]]
who = "group:analysts"
role = "follow"

[[workspace]]
id = "shop"
env = "test"
path = "{sample}"
token_key = "{key}"
[[workspace.source]]
id = "web"
secrets = ["a secret"]
"""
LOCAL = """
[server]
port = 0
[[workspace]]
id = "shop"
env = "test"
path = "{sample}"
token_rotation = "36500d"
[[workspace.source]]
id = "web"
secrets = ["{secret}"]
[[workspace.source]]
id = "sdk"
kind = "tracking"
write_key = "a-recorded-write-key"
"""
ANN = {"email": "ann@acme.com", "email_verified": True, "groups": ["analysts"]}


@contextmanager
def later() -> Iterator[dict[str, str]]:
    """The environment of a program whose clock is a hundred years ahead."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sitecustomize.py").write_text(LATER)
        yield {"PYTHONPATH": folder}


@contextmanager
def started(
    *words: str, folder: Path, environ: Mapping[str, str] | None = None, port: int = 0
) -> Iterator[Place]:
    """The server that a command starts, on a `port` if it says another address;
    its state is in `folder/state`.
    """
    program = Program(
        *words,
        environ={"DAGNET_REALTIME_STATE_DIR": str(folder / "state"), **(environ or {})},
        folder=folder,
    )
    try:
        url = program.wait_line(LISTENING, 60)[1]
        place = Place(program, folder, f"http://127.0.0.1:{port}" if port else url)
        yield place
        place.http.close()
    finally:
        program.stop()


def entered(place: Place, key: str) -> dict[str, Any]:
    """What a browser gets for a link's key."""
    answer = place.ask("GET", "/", params={"key": key})
    where, _, page = answer.headers.get("location", "").partition("#page=")
    cookie = cookie_of(answer) if "set-cookie" in answer.headers else ""
    return {
        "status": answer.status_code,
        "to": where,
        "page": page,
        "cookie": cookie,
        "set": _unvalued(answer.headers.get("set-cookie", "")),
    }


def listed(folder: Path, pid: int) -> list[str]:
    """The files that a program made in a folder, with their modes and forms;
    of keys and times only how they are written.
    """
    found = [f". {_mode(folder)}"]
    for path in sorted(folder.rglob("*")):
        name = re.sub(
            r"assets/[0-9a-f]{16}(/.*)?$",
            "assets/<16 hex>",
            str(path.relative_to(folder)).replace(str(pid), "PID"),
        )
        form = (
            ""
            if path.is_dir() or "/<16 hex>" in name or name == "audit.log"
            else _form(path.read_text(), pid)
        )
        if name != "realtime.toml":
            found.append(f"{name} {_mode(path)} {form}".rstrip())
    return list(dict.fromkeys(found))


def _mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):o}"


def _form(text: str, pid: int) -> str:
    text = re.sub(r"http://127\.0\.0\.1:\d+", "http://ADDRESS", text).replace("\n", "\\n")
    text = re.sub(rf"\b{pid}\b", "PID", text)
    text = re.sub(r'(?<=")/[^"]*/', "FOLDER/", text)
    text = re.sub(r"\b\d{13}\b", "<ms>", re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>", text))
    return re.sub(
        r"(?<![\w/.-])([0-9a-f]{12}|[A-Za-z0-9_-]{24,64})(?![\w-])",
        lambda one: f"<{len(one[0])} characters>",
        text,
    )


def _unvalued(cookie: str) -> str:
    """A `Set-Cookie` value without what the cookie says and how long it lasts."""
    return re.sub(r"Max-Age=\d+", "Max-Age=", re.sub(r"=[^;]*", "=", cookie, count=1))


@contextmanager
def _local(folder: Path, environ: Mapping[str, str] | None = None) -> Iterator[Place]:
    """A local server, whose key may lie in the folder already."""
    (folder / "realtime.toml").write_text(LOCAL.format(sample=SAMPLE, secret=SECRET.decode()))
    with started("serve", "--config", "realtime.toml", folder=folder, environ=environ) as place:
        yield place


def _pseudonym(place: Place) -> str:
    """The token that a person has here, as a viewer sees it."""
    program = _key(place)
    on = place.on(program)
    assert place.send("web", track("1", "view_item", PERSON)) == 200
    frames = place.frames(on["watch_session_id"], program, on["position"], until=1)
    (found,) = {
        trace["token"]
        for frame in frames
        for event in frame.get("events", ())
        for trace in event["traces"]
    }
    return str(found)


def _key(place: Place) -> str:
    """The key for programs."""
    return (place.folder / f"state/{place.program.pid}.key").read_text().strip()


def local_lived() -> dict[str, Any]:
    """What a local server and the command `link` leave; none of it lapses within a century."""
    with later() as ahead, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _local(folder) as place:
            found: dict[str, Any] = {"token": _pseudonym(place)}
        with _local(folder, ahead) as place:
            links = []
            for _ in range(2):
                made = Program(
                    "link",
                    environ={**ahead, "DAGNET_REALTIME_STATE_DIR": str(folder / "state")},
                    folder=folder,
                )
                links.append(made.wait_line(re.compile(r"\?key=(\S+)"), 30)[1])
                made.stop()
            found["beside"] = json.loads((folder / f"state/{place.program.pid}.json").read_text())
            found["browser"], found["link"] = entered(place, links[0]), links[1]
            running = listed(folder / "state", place.program.pid)
        found["files"] = file_lines(running, listed(folder / "state", place.program.pid))
        return {**found, "browsers.secret": (folder / "state/browsers.secret").read_text()}


def file_lines(running: list[str], stopped: list[str]) -> list[str]:
    """What stands in the folder of state while a server runs, and after it."""
    return [
        f"{part}: {line}"
        for part, lines in (("running", running), ("stopped", stopped))
        for line in lines
    ]


def demo_files() -> list[str]:
    """What a demo that opens a browser keeps in the folder of state."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with started(
            "demo",
            "--port",
            "0",
            folder=folder,
            environ={"BROWSER": "echo opened %s", "DISPLAY": ":0", "CI": ""},
        ) as place:
            place.program.wait_line(re.compile(r"^opened (\S+)"), 30)
            return listed(folder / "state", place.program.pid)


def local_answers(left: dict[str, Any]) -> dict[str, Any]:
    """What a server that finds the recorded key in its folder says to recorded browsers,
    and which files it writes.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "state").mkdir(mode=0o700)
        _private(folder / "state/browsers.secret", left["browsers.secret"])
        with _local(folder) as place:
            running, pid = listed(folder / "state", place.program.pid), place.program.pid
            found = _answered(place, left)
        return {**found, "files": file_lines(running, listed(folder / "state", pid))}


def _private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(text)


def _answered(place: Place, left: dict[str, Any]) -> dict[str, Any]:
    cookie, page = left["browser"]["cookie"], {"x-realtime-page": left["browser"]["page"]}
    found: dict[str, Any] = {
        "browser": place.ask("GET", "/api/me", cookie=cookie, headers=page).status_code,
        "without its page": place.ask("GET", "/api/me", cookie=cookie).status_code,
        "link": entered(place, left["link"]),
        "again": entered(place, left["link"])["status"],
        "token": _pseudonym(place),
        **_beside(place, left),
        "out": place.ask(
            "POST", "/sign-out", cookie=cookie, headers={**page, "origin": URL}
        ).status_code,
        "after out": place.ask("GET", "/api/me", cookie=cookie, headers=page).status_code,
    }
    return found


def _beside(place: Place, left: dict[str, Any]) -> dict[str, Any]:
    """What commands make of a state file in the recorded form that is about this server."""
    with tempfile.TemporaryDirectory() as name:
        folder, pid, url = Path(name), place.program.pid, str(place.http.base_url).rstrip("/")
        folder.chmod(0o700)
        told = {
            **left["beside"],
            "url": url,
            "pid": pid,
            "key_file": str(folder / f"{pid}.key"),
            "secret": SECRET.decode(),
        }
        _private(folder / f"{pid}.json", json.dumps({**told, "write_key": "a-recorded-write-key"}))
        _private(folder / f"{pid}.key", _key(place) + "\n")
        _private(folder / "browsers.secret", left["browsers.secret"])
        environ = {"DAGNET_REALTIME_STATE_DIR": str(folder)}
        (folder / "events.json").write_text(
            '{"type": "track", "event": "view_item", "anonymousId": "x"}'
        )
        made = command("link", environ=environ).out
        sent = {
            to: command("send", f"{url}/{to}", str(folder / "events.json"), environ=environ)
            for to in ("segment/webhook/web", "v1/track")
        }
    return {
        "made": entered(place, made.strip().partition("?key=")[2])["status"],
        "sent": [[one.code, one.out.strip()] for one in sent.values()],
    }


@contextmanager
def _open_id(
    folder: Path, issuer: str, environ: Mapping[str, str] | None = None
) -> Iterator[Place]:
    """A server with an identity provider, in a folder that may hold its tokens already."""
    path, port = folder / "realtime.toml", free_port()
    path.write_text(
        OIDC.format(
            port=port, url=URL, issuer=issuer, secret=CLIENT_SECRET, sample=SAMPLE, key=TOKEN_KEY
        )
    )
    if not (folder / "tokens.json").exists():
        token(folder, "recorded follower", "follow")
    with started(
        "serve", "--config", str(path), folder=folder, environ=environ, port=port
    ) as place:
        yield place


async def _consented(address: str) -> str:
    async with httpx.AsyncClient(trust_env=False) as browser:
        return await consent(browser, address, "ann", URL)


async def oidc_lived() -> dict[str, Any]:
    """What a browser holds of a server with an identity provider: signed in, signed out,
    and on its way to the provider.
    """
    with (
        provider(f"{URL}/sign-in/callback", CENTURY) as there,
        tempfile.TemporaryDirectory() as name,
        later() as ahead,
    ):
        there.people(ann=ANN)
        folder = Path(name)
        with _open_id(folder, there.issuer, ahead) as place:
            begun = _attempt(place.ask("GET", "/sign-in/start"))
        with _open_id(folder, there.issuer) as place:
            browser = await _signed_in(
                place, _attempt(place.ask("GET", "/sign-in/start")), there.issuer
            )
            signed_out = await _signed_in(
                place, _attempt(place.ask("GET", "/sign-in/start")), there.issuer
            )
            assert (
                place.ask(
                    "POST", "/sign-out", cookie=signed_out["cookies"][0], headers={"origin": URL}
                ).status_code
                == 303
            )
            files = listed(folder, place.program.pid)
            return {
                "cookie": browser["cookies"][0],
                "set": browser["set"],
                "attempt": begun,
                "files": files,
            }


def _attempt(begun: httpx.Response) -> dict[str, Any]:
    asked = {
        name: values[0]
        for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()
    }
    return {
        "cookie": cookie_of(begun),
        "asked": asked,
        "set": _unvalued(begun.headers["set-cookie"]),
    }


async def _signed_in(place: Place, attempt: dict[str, Any], issuer: str) -> dict[str, Any]:
    address = f"{issuer}/auth?{urlencode(attempt['asked'])}"
    back = await _consented(address)
    answer = place.ask("GET", back.removeprefix(URL), cookie=attempt["cookie"])
    given = answer.headers.get_list("set-cookie")
    return {
        "status": answer.status_code,
        "to": answer.headers.get("location", ""),
        "cookies": [one.partition(";")[0] for one in given],
        "set": [_unvalued(one) for one in given],
    }


class KnownProvider:
    """A provider that has given the recorded access token: it answers to no other."""

    def __init__(self) -> None:
        self.issuer = ""
        self.bearers: list[str] = []


@contextmanager
def known_provider() -> Iterator[KnownProvider]:
    """It listens while the context is open."""
    known = KnownProvider()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith("openid-configuration"):
                parts = {
                    "authorization_endpoint": "auth",
                    "token_endpoint": "token",
                    "jwks_uri": "jwks",
                    "userinfo_endpoint": "me",
                }
                self.reply(
                    {
                        "issuer": known.issuer,
                        **{name: f"{known.issuer}/{path}" for name, path in parts.items()},
                    }
                )
            else:
                known.bearers.append(self.headers["authorization"])
                self.reply({"sub": "ann", **ANN})

        def reply(self, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        known.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(
            target=lambda: server.serve_forever(poll_interval=0.02), daemon=True
        )
        thread.start()
        yield known
        server.shutdown()
        thread.join(10)


def oidc_answers(left: dict[str, Any]) -> dict[str, Any]:
    """What a server says to a recorded browser that is signed in."""
    with (
        tempfile.TemporaryDirectory() as name,
        known_provider() as known,
        _open_id(Path(name), known.issuer) as place,
    ):
        me = place.ask("GET", "/api/me", cookie=left["cookie"])
        found: dict[str, Any] = {
            "me": me.json(),
            "asked": [bool(re.fullmatch(r"Bearer \S{20,}", one)) for one in known.bearers],
        }
        begun = _attempt(place.ask("GET", "/sign-in/start"))
        found["start"], found["attempt"] = sorted(begun["asked"]), begun["set"]
        found["out"] = place.ask(
            "POST", "/sign-out", cookie=left["cookie"], headers={"origin": URL}
        ).status_code
        found["after out"] = place.ask("GET", "/api/me", cookie=left["cookie"]).status_code
        return {**found, "files": listed(Path(name), place.program.pid)}


async def oidc_comes_back(left: dict[str, Any]) -> dict[str, Any]:
    """What a server says to a browser that another version sent to the provider."""
    with provider(f"{URL}/sign-in/callback") as there, tempfile.TemporaryDirectory() as name:
        there.people(ann=ANN)
        with _open_id(Path(name), there.issuer) as place:
            back = await _signed_in(place, left["attempt"], there.issuer)
            person = place.ask("GET", "/api/me", cookie=back["cookies"][0]).json()["person"]
            return {
                **back,
                "person": person,
                "again": (await _signed_in(place, left["attempt"], there.issuer))["status"],
            }
