"""The protocol's signatures, by the worked examples of Pusher's documentation."""

from dagnet_realtime.relays.signing import (
    CHANNEL,
    SOCKET_ID,
    request_query,
    sign_subscription,
    verify_webhook,
)

KEY, SECRET = "278d425bdf160c739803", b"7ad3773142a6692b25b8"


def test_a_request_is_signed_as_the_documentation_signs_it() -> None:
    """REL-1: the signature equals the documentation's example under “HTTP API, authentication”."""
    body = rb'{"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"}'
    assert request_query(KEY, SECRET, "POST", "/apps/3/events", body, 1353088179) == (
        "auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f"
        "&auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c"
    )


def test_a_subscription_is_signed_as_the_documentation_signs_it() -> None:
    """REL-1: the signature equals the documentation's example under “auth signatures”."""
    signed = sign_subscription(KEY, SECRET, "1234.1234", "private-foobar")
    assert (
        signed
        == "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"
    )


def test_a_webhook_is_signed_over_its_whole_body() -> None:
    """REL-24: it is HMAC-SHA256 in hexadecimal, as the documentation says under “webhooks,
    authentication”.
    """
    body = b'{"time_ms":1327078148132,"events":[{"name":"channel_vacated","channel":"private-a"}]}'
    signature = "4c99cd191e8b940c3d560be3e1f73bee5456b827070426aed5a37dc97fee0ebe"
    assert verify_webhook(SECRET, signature, body)
    assert not verify_webhook(SECRET, signature, body + b" ")
    assert not verify_webhook(b"another", signature, body)
    assert not verify_webhook(SECRET, "ü", body)


def test_what_can_be_no_socket_and_no_channel_is_refused() -> None:
    """REL-9: a signature is of `socket:channel`, so neither may hold a colon of its own."""
    assert SOCKET_ID.fullmatch("1234.1234")
    assert not SOCKET_ID.fullmatch("1234.1234:private-x")
    assert CHANNEL.fullmatch("private-a_b=c@d,e.f;g")
    assert not CHANNEL.fullmatch("private-a:b")
