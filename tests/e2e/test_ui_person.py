"""Who is signed in, in a real Chromium at a server with access tokens."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from dagnet_realtime.config import token_file as file
from dagnet_realtime.core.access_tokens import create_token
from tests.e2e.demo import faults
from tests.support.program import Program
from tests.support.server import SAMPLE

CONFIG = """
[server]
port = 0

[access]
mode = "token"
tokens = "tokens.json"

[[workspace]]
id = "shop"
env = "prod"
path = "{path}"
token_key = "0123456789abcdef0123456789abcdef"
"""


def test_a_person_signs_in_sees_who_they_are_and_signs_out(
    context: BrowserContext, tmp_path: Path
) -> None:
    """PIC-70, ACC-13, PIC-26: the menu, in which axe finds nothing, signs out; neither Back nor the
    old cookie signs in again.
    """
    kept, text = create_token("ann", "follow", ("shop/*",), 0, None, lambda size: b"t" * size)
    file.write_token_file(tmp_path / "tokens.json", [kept])
    (tmp_path / "realtime.toml").write_text(CONFIG.format(path=SAMPLE))
    program = Program("serve", "--config", str(tmp_path / "realtime.toml"), folder=tmp_path)
    try:
        url = program.wait_line(re.compile(r"Realtime is at (http://[^/]+)/"), 60)[1]
        page = context.new_page()
        page.goto(url)
        page.get_by_label("Access token").fill(text)
        page.get_by_role("button", name="Sign in").click()
        person = page.get_by_role("button", name=f"You: Token {kept.id}")
        expect(person).to_be_visible()
        cookies = context.cookies()
        person.click()
        expect(page.get_by_text("Signed in with an access token.")).to_be_visible()
        expect(page.get_by_text("may follow traces")).to_be_visible()
        assert faults(page) == []
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Access token")).to_be_visible()
        assert context.cookies() == []
        page.go_back()
        expect(page.get_by_label("Access token")).to_be_visible()
        context.add_cookies(cookies)  # type: ignore[arg-type]  # as they were read
        assert page.request.get(f"{url}/api/me").status == 401
    finally:
        program.stop()
