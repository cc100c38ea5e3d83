"""Names and numbers that several packages, or the server and the browser, must agree on.

Those that the browser needs reach it through `web/engine/src/wire.gen.ts`, which
`tools/wire_types.py` generates. A number that one module alone uses stands in that module.
"""

SIGNATURE_HEADER = "x-signature"
"""Of a Segment webhook: HMAC-SHA1 of what is signed, in hexadecimal. Lower case, as ASGI gives the
names of headers: it is compared with them as it stands."""
PAGE_HEADER = "x-realtime-page"
"""In mode `local`: the secret by which a page proves that it was opened by a one-time link."""
PROXY_SECRET_HEADER = "x-realtime-proxy-secret"  # noqa: S105  # the name of a header
"""In mode `proxy`: the secret by which the proxy proves itself."""
LAST_EVENT_ID_HEADER = "last-event-id"
"""Of a Server-Sent Events client that reconnects: the position of the last frame it received."""

PROTOCOL = 1
"""Version of the frames: raised if a reader of the last one would misread a frame."""

HEARTBEAT_SECONDS = 15.0
"""Without other frames a viewer gets a heartbeat this often; proxies commonly cut at 30 s."""
STALE_SECONDS = HEARTBEAT_SECONDS + 5.0
"""A connection without any frame for this long is taken for dead. Longer than `POLL_SECONDS`."""
POLL_SECONDS = 10.0
"""How long a page lets a poll wait for a first frame."""
MAX_POLL_SECONDS = 25.0
"""The longest wait that a poll may ask for; proxies commonly cut at 30 s."""
SESSION_LEASE_SECONDS = 300.0
"""A watch session without a stream or a poll lapses after this time."""

RELAY_HEARTBEAT_SECONDS = HEARTBEAT_SECONDS / 2
"""Serverless: a request publishes a heartbeat if none came this long. Requests are irregular."""
RELAY_STALE_SECONDS = HEARTBEAT_SECONDS + 3.0
"""As `STALE_SECONDS`, through a provider. Shorter, so that the page changes to a stream in time."""
RELAY_CHECK_SECONDS = 8.0
"""How often a page asks the server for its relay subscription, which checks its permission."""
RELAY_CONFIRMED_SECONDS = 3 * RELAY_CHECK_SECONDS
"""Serverless: a session that did not ask for this long may no longer be subscribed."""
RELAY_GRACE_SECONDS = 15.0
"""From a signed subscription until the provider must have reported the subscriber."""
RELAY_LEASE_SECONDS = 6.0
"""Serverless: a request that vanished holds a view's publication up for at most this long."""

FUNCTION_CHANNEL_SECONDS = 900
"""A function's channel name lasts this long; a viewer who loses permission hears nothing later."""
FUNCTION_CHANNEL_OVERLAP_SECONDS = 90
"""Before and after a change of name both names count: clocks differ, and requests take time."""
FUNCTION_CHECK_SECONDS = 30.0
"""How often a page asks the server for a function's channel names."""
FUNCTION_LOST_SECONDS = FUNCTION_CHANNEL_OVERLAP_SECONDS - 10.0
"""Without an answer for this long a page must assume that its channel name is an old one."""

DEDUPE_SECONDS = 4 * 3600.0
"""How long a message id counts as a duplicate: as long as Segment retries a delivery."""
DEDUPE_ENTRIES = 1_000_000
"""How many message ids of one channel are remembered at most; about 80 MB when full."""
