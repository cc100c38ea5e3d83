"""Requests of a serverless deployment go on where those of an earlier version stopped."""

from itertools import pairwise

import pytest

from tests.public import dump, serverless
from tests.public.recorded import differences, read_json


async def test_a_page_hears_by_its_recorded_channel_what_was_stored_and_not_published() -> None:
    """OPS-21, REL-20: publishing goes on once from the recorded cursor; another name, lease or
    cursor would leave the page dark.
    """
    left = read_json("serverless")
    found = await serverless.resumed(left)
    batches = [frame for frame in found["heard"] if frame["op"] == "batch"]
    joined = [left["frame"], *batches]
    assert all(before["position"] == after["from"] for before, after in pairwise(joined))
    names = [f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3)]
    assert [event["id"] for frame in joined for event in frame["events"]] == names
    polled = [frame for frame in found["polled"] if frame["op"] == "batch"]
    assert [event["id"] for frame in polled for event in frame["events"]] == names


@pytest.mark.proof
async def test_what_requests_store_is_as_recorded() -> None:
    """OPS-21: those of an earlier version read it while a deployment is replaced."""
    left = await serverless.lived()
    assert differences("serverless_keys", dump.shapes(left["dump"])) == ""
    assert differences("serverless_values", dump.values(left["dump"])) == ""
