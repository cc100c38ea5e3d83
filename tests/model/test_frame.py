"""The header of a session log."""

import msgspec

from dagnet_realtime.model.frame import SessionLogHeader


def test_a_header_says_what_wrote_the_file() -> None:
    written = msgspec.json.encode(
        SessionLogHeader(
            graph_version="v1", watch_session_id="w", started_at="2026-01-02T03:04:05.678Z"
        )
    )
    found = msgspec.json.decode(written)
    assert (found["format"], found["version"]) == ("dagnet-realtime-session-log", 1)
    assert msgspec.json.decode(written, type=SessionLogHeader).policy.identity == "token"
