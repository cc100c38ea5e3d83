"""Segment's own SDKs, with the addresses that their users may give them."""

import asyncio
import shutil
from pathlib import Path

import pytest
from segment.analytics.client import Client

from tests.support.server import WRITE_KEY, serving

NODE_SDK = Path(__file__).parents[1] / "e2e/pages/node_sdk.mjs"
ENDS = ("", "/", "/v1", "/v1/")


@pytest.mark.parametrize("end", ENDS)
async def test_the_python_sdk_sends_to_each_address(end: str) -> None:
    """DOOR-18: it appends `/v1/batch`, and raises for any status but 200."""
    async with serving() as served:
        await served.open()
        client = Client(
            WRITE_KEY, host=served.url + end, sync_mode=True, max_retries=0, gzip=end == "/v1"
        )
        await asyncio.to_thread(client.track, "u", "view_item")


@pytest.mark.skipif(shutil.which("node") is None, reason="no node")
@pytest.mark.parametrize("end", ENDS)
async def test_the_node_sdk_sends_to_each_address(end: str) -> None:
    """DOOR-18: it reports any other answer as an error."""
    async with serving() as served:
        await served.open()
        child = await asyncio.create_subprocess_exec(
            shutil.which("node") or "",
            NODE_SDK,
            served.url + end,
            WRITE_KEY,
            stderr=asyncio.subprocess.PIPE,
        )
        _, told = await asyncio.wait_for(child.communicate(), 60)
        assert (child.returncode, told) == (0, b"")
