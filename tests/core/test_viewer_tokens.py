"""Viewer tokens: what the helper mints, and what the server makes of it and of anything else."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dagnet_realtime.core.viewer_tokens import (
    LapsedTokenProblem,
    is_viewer_token,
    verify_viewer_token,
)
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.viewer_token import AUDIENCE, mint_viewer_token, sign_claims

VECTORS = json.loads(
    (Path(__file__).parents[2] / "conformance/viewer_tokens.json").read_text(encoding="utf-8")
)
NOW_MS = VECTORS["now"] * 1000
HOME = Channel("acme-main", "prod")


def keys(channel: Channel) -> tuple[bytes, ...]:
    """The keys of the vectors' one channel."""
    return tuple(key.encode() for key in VECTORS["keys"]) if channel == HOME else ()


@pytest.mark.parametrize("one", VECTORS["minted"], ids=lambda one: one["given"]["viewer"][:20])
def test_a_token_is_minted_byte_by_byte(one: dict[str, Any]) -> None:
    """ACC-65: a token equals its twin in TypeScript, from a key as text or bytes, and verifies
    here.
    """
    key = VECTORS["keys"][0]
    assert mint_viewer_token(key, **one["given"]) == one["token"]
    assert mint_viewer_token(key.encode(), **one["given"]) == one["token"]
    assert is_viewer_token(one["token"])
    claims = verify_viewer_token(one["token"], lambda _: (key.encode(),), NOW_MS)
    assert claims.sub == one["given"]["viewer"]
    assert claims.role == one["given"].get("role", "watch")
    assert claims.exp == VECTORS["now"] + one["given"].get("seconds", 300)


@pytest.mark.parametrize("one", VECTORS["not_minted"], ids=lambda one: one["why"])
def test_what_the_server_would_refuse_is_not_minted(one: dict[str, Any]) -> None:
    """ACC-65: the back end hears of it, without its key."""
    with pytest.raises(ValueError, match=r"is (not|no|none|shorter)") as refused:
        mint_viewer_token(**one["given"])
    assert one["given"]["key"] not in str(refused.value) or not one["given"]["key"]


def test_the_helper_needs_no_server() -> None:
    """ACC-65: a back end imports it without any library."""
    code = (
        "import sys; from dagnet_realtime.viewer_token import mint_viewer_token as mint; "
        "mint('k' * 32, workspace='a', env='b', viewer='c'); "
        "print(*sorted(n for n in sys.modules if n.split('.')[0] in "
        "('starlette', 'uvicorn', 'msgspec', 'redis', 'cryptography')))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


@pytest.mark.parametrize("one", VECTORS["accepted"], ids=lambda one: one["why"])
def test_a_genuine_token_is_accepted(one: dict[str, Any]) -> None:
    """ACC-64: minted here or by a back end, by any of the workspace's keys."""
    assert verify_viewer_token(one["token"], keys, NOW_MS).channel == HOME


@pytest.mark.parametrize("one", VECTORS["refused"], ids=lambda one: one["why"])
def test_any_other_token_is_refused(one: dict[str, Any]) -> None:
    """ACC-64: a genuine token's expiry, early start or long validity is reported; any other is just
    unknown.
    """
    with pytest.raises(Problem) as refused:
        verify_viewer_token(one["token"], keys, NOW_MS)
    problem = refused.value
    assert problem.code == "unauthorized"
    found = (
        "lapsed"
        if isinstance(problem, LapsedTokenProblem)
        else {
            "It is unknown, expired or revoked": "unknown",
            "It is not valid yet": "early",
            "It is made for more than 3600 seconds": "long",
        }[problem.detail]
    )
    assert found == one["reason"]


@pytest.mark.parametrize("changes", [{"exp": -(10**400)}, {"iat": -1}, {"nbf": 10**30}])
def test_a_time_that_no_clock_shows_is_refused(changes: dict[str, int]) -> None:
    """ACC-64: a token with an impossible time is refused as unknown, though its key is right."""
    now = NOW_MS // 1000
    claims: dict[str, str | int] = {"aud": AUDIENCE, "role": "watch", "sub": "u-1"}
    claims |= {"workspace": HOME.workspace, "env": HOME.env, "iat": now, "exp": now + 60}
    key = VECTORS["keys"][0].encode()
    assert verify_viewer_token(sign_claims(key, claims), keys, NOW_MS).exp == now + 60
    with pytest.raises(Problem) as refused:
        verify_viewer_token(sign_claims(key, claims | changes), keys, NOW_MS)
    assert refused.value.detail == "It is unknown, expired or revoked"


def test_a_workspace_without_keys_has_no_tokens() -> None:
    """ACC-64: without keys every token is refused, also one by an empty key."""
    for one in VECTORS["minted"]:
        with pytest.raises(Problem):
            verify_viewer_token(one["token"], lambda _: (), NOW_MS)
