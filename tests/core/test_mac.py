"""The keyed hash."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.mac import Mac


@given(st.binary(max_size=200), st.binary(max_size=300), st.sampled_from(["sha1", "sha256"]))
def test_it_is_the_hmac_that_everybody_computes(key: bytes, message: bytes, digest: str) -> None:
    """SIG-1: keys of any length, also those longer than a block."""
    mac = Mac(key, digest)  # type: ignore[arg-type]
    assert mac.of(message) == hmac.digest(key, message, digest)
    assert mac.of(message) == mac.of(message)
