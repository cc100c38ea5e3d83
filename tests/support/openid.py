"""A real, certified OpenID provider beside the test, and a browser that signs in there without showing anything."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

ROOT = Path(__file__).parents[2]
SECRET = "a secret of tests"


class Provider:
    """`issuer` is its address. `people` replaces whom it knows: claims by subject."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def people(self, **claims: dict[str, Any]) -> None:
        httpx.post(f"{self.issuer}/people", json=claims, trust_env=False).raise_for_status()


@contextmanager
def provider(redirect: str, seconds: int = 3600) -> Iterator[Provider]:
    """It runs while the context is open; its access tokens last `seconds`."""
    package = ROOT / "web/node_modules/oidc-provider/lib/index.js"
    assert package.is_file(), "run `make setup`: the OpenID provider of the tests is not installed"
    child = subprocess.Popen(
        [node(), str(Path(__file__).with_name("openid.mjs")), redirect, str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={"OIDC_PROVIDER": package.as_uri(), "PATH": "/usr/bin:/bin"},
    )
    try:
        assert child.stdout is not None
        port = child.stdout.readline().strip()
        assert port, "the OpenID provider did not start"
        yield Provider(f"http://127.0.0.1:{port}")
    finally:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def node() -> str:
    """The machine's Node, else the one that set-up brought."""
    if found := shutil.which("node"):
        return found
    return subprocess.run(
        [sys.executable, str(ROOT / "tools/node.py")], capture_output=True, text=True, check=True
    ).stdout.strip()


async def consent(browser: httpx.AsyncClient, address: str, subject: str, ours: str) -> str:
    """Signs `subject` in at the provider and consents; returns where it sends the browser back to, an address under `ours`."""
    for _ in range(12):
        answer = await browser.get(address)
        while answer.is_redirect:
            address = urljoin(str(answer.url), answer.headers["location"])
            if address.startswith(ours):
                return address
            answer = await browser.get(address)
        form = re.search(r'action="([^"]+)"', answer.text)
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
        assert form, answer.text[:500]
        assert prompt, answer.text[:500]
        fields = {"prompt": prompt[1], "login": subject, "password": "any"}
        answer = await browser.post(urljoin(str(answer.url), form[1]), data=fields)
        assert answer.is_redirect, answer.text[:500]
        address = urljoin(str(answer.url), answer.headers["location"])
        if address.startswith(ours):
            return address
    raise AssertionError("the provider asked too often")
