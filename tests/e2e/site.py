"""A website under test: pages with Segment's real SDK, by snippet or npm, its CDN and its
collector, and no internet.
"""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/dagnet_realtime/web/static"
UMD = ROOT / "web/node_modules/@segment/analytics-next/dist/umd"
KEY = "write-key-abcd"
ROUTES = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}

SNIPPET = """
!function(){var i="%(name)s",analytics=window[i]=window[i]||[];if(!analytics.initialize){analytics.invoked=!0;
analytics.methods=["trackSubmit","trackClick","trackLink","trackForm","pageview","identify","reset","group","track","ready","alias","debug","page",
"screen","once","off","on","addSourceMiddleware","addIntegrationMiddleware","setAnonymousId","addDestinationMiddleware","register"];
analytics.factory=function(e){return function(){if(window[i].initialized)return window[i][e].apply(window[i],arguments);
var n=Array.prototype.slice.call(arguments);
if(["track","screen","alias","group","page","identify"].indexOf(e)>-1){n.push({__t:"bpc",c:location.href,p:location.pathname,u:location.href,
s:location.search,t:document.title,r:document.referrer})}
n.unshift(e);analytics.push(n);return analytics}};
for(var n=0;n<analytics.methods.length;n++){var key=analytics.methods[n];analytics[key]=analytics.factory(key)}
analytics.load=function(key,n){var t=document.createElement("script");t.type="text/javascript";t.async=!0;
t.setAttribute("data-global-segment-analytics-key",i);t.src="/analytics.js/v1/"+key+"/analytics.min.js";
document.head.appendChild(t);analytics._loadOptions=n};analytics._writeKey="%(key)s";analytics._cdn=location.origin;analytics.SNIPPET_VERSION="5.2.1"}}();
"""

PICTURE = """
{
  const channel = new BroadcastChannel("dagnet-realtime"), salt = "00112233445566778899aabbccddeeff";
  const rules = {salt, trace: ["session", "userId", "anonymousId"], allow: ["*"], deny: [], needed: []};
  window.heard = []; window.reports = [];
  channel.onmessage = ({data}) => {
    const {dagnet, kind, page, nonce, to} = data, say = message => channel.postMessage({dagnet, page, session: "test", ...message});
    if (kind === "hello") say({kind: "welcome", nonce, rules});
    if (kind !== "report") return;
    window.heard.push(...data.messages); window.reports.push({...data, messages: data.messages.length});
    say({kind: "ack", to});
  };
}
"""
"""A Realtime tab of the simplest kind, in the page itself: welcomes the tap, keeps what it tells."""


def snippet(name: str = "analytics", key: str = KEY) -> str:
    """Segment's snippet, version 5.2.1, loading from this site."""
    return SNIPPET % {"name": name, "key": key}


class Site:
    """A running site; `sent` are the events its collector took, `status` what it answers to them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, str] = {}
        self.sent: list[dict[str, Any]] = []
        self.status = 200

    def put(self, path: str, *parts: str, tap: str | None = "/tap.js", attributes: str = "") -> str:
        """A page made of scripts, the tap's first unless None, and its address. A part that begins with `/` is a script's address."""
        scripts = [f"<script src='{tap}' {attributes}></script>"] if tap else []
        scripts += [
            f"<script src='{part}'></script>"
            if part.startswith("/")
            else f"<script>{part}</script>"
            for part in parts
        ]
        self.pages[path] = (
            "<!doctype html><meta charset=utf-8><title>A page</title><body>" + "\n".join(scripts)
        )
        return self.url + path

    def names(self) -> list[str]:
        """What the collector took, in order."""
        return [
            str(event.get("event") or event.get("name") or event["type"]) for event in self.sent
        ]


def load_npm(
    extra: str = "{}", key: str = KEY, host: str = "location.host", name: str = "analytics"
) -> str:
    """A script that loads the SDK's npm build under a global name."""
    return f"""window.{name} = AnalyticsNext.AnalyticsBrowser.load(
      {{writeKey: "{key}", cdnSettings: {{integrations: {{"Segment.io": {{apiKey: "{key}"}}}}}}}},
      Object.assign({{integrations: {{"Segment.io": {{apiHost: {host} + "/v1", protocol: "http"}}}}}}, {extra}));"""


@contextmanager
def site() -> Iterator[Site]:
    """A site on a port of its own."""
    made = Site("")

    class Answer(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            found = content(made, path)
            self.reply(
                404 if found is None else 200,
                found or b"",
                "text/html" if path.endswith(".html") else kind(path),
            )

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            route = self.path.rpartition("/")[2]
            if made.status < 400 and route in (*ROUTES, "b"):
                made.sent += body["batch"] if route == "b" else [body]
            self.reply(
                made.status if route != "m" else 200, b'{"success":true}', "application/json"
            )

        def reply(self, status: int, body: bytes, media: str) -> None:
            self.send_response(status)
            self.send_header("content-type", media)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def content(made: Site, path: str) -> bytes | None:
    """What stands at a path of the site."""
    if path in made.pages:
        return made.pages[path].encode()
    if path == "/tap.js":
        return (STATIC / "tap.js").read_bytes()
    if path == "/analytics.umd.js":
        return (UMD / "index.js").read_bytes()
    if path.startswith("/analytics.js/v1/"):
        return (UMD / "standalone.js").read_bytes()
    if path.startswith("/analytics-next/bundles/"):
        file = UMD / path.rpartition("/")[2]
        return file.read_bytes() if file.is_file() else None
    if path.endswith("/settings"):
        key = path.split("/")[-2]
        host = made.url.removeprefix("http://")
        return json.dumps(
            {
                "integrations": {
                    "Segment.io": {"apiKey": key, "apiHost": f"{host}/v1", "protocol": "http"}
                }
            }
        ).encode()
    return None


def kind(path: str) -> str:
    """The media type of a path."""
    return "text/javascript" if path.endswith(".js") else "application/json"
