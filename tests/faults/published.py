"""What the tests of a provider share: a server with a relay, which signs in the person that the
proxy's header names.
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.program import Program
from tests.support.server import SAMPLE

PROXY = {"x-realtime-proxy-secret": "a-secret-of-the-proxy-of-tests"}
CONFIG = """
[server]
host = "127.0.0.1"
port = 0
[access]
mode = "proxy"
proxy_header = "x-person"
proxy_from = ["127.0.0.1"]
proxy_secret = "%s"
[[access.grant]]
who = "*"
on = ["shop/prod"]
[[workspace]]
id = "shop"
env = "prod"
path = "{path}"
token_key = "a key of tests"
relay = "{relay}"
[[workspace.source]]
id = "web"
allow_unsigned = true
""".replace("%s", PROXY["x-realtime-proxy-secret"])


@contextlib.contextmanager
def published(folder: Path, relay: str) -> Iterator[tuple[Program, Path]]:
    """A running server whose frames go to the provider at `relay`, and its configuration's file."""
    file = folder / "realtime.toml"
    file.write_text(CONFIG.format(path=SAMPLE, relay=relay))
    program = Program("serve", "--config", str(file), environ={"XDG_STATE_HOME": str(folder)})
    try:
        program.url = program.wait_line(re.compile(r"Realtime is at (http://[^/]+)/"), 60)[1]
        yield program, file
    finally:
        program.stop()
