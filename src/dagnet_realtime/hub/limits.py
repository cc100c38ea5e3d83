"""The bounds of one process's hub."""

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much anybody may hold. Durations are seconds.

    The ring keeps half a minute of frames at full tick; a viewer further behind is served from the log.
    """

    sessions_per_person: int = 50
    sessions_per_channel: int = 5000
    streams_per_person: int = 100
    streams_per_channel: int = 5000
    filters_per_channel: int = 32
    follows_per_channel: int = 50
    follows_per_person: int = 20
    follows_per_session: int = 20
    history_events: int = 2000
    ring_frames: int = 600
    ring_bytes: int = 4 * 1024 * 1024
    tick: float = 0.05
    beat: float = 15.0
    lease: float = 300.0
    idle_view: float = 30.0
