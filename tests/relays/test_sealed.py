"""Encryption that the provider cannot undo."""

import base64
import sys

import msgspec
import pytest
from nacl.secret import SecretBox

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.relays.sealed import Seal


def test_whoever_has_the_channels_key_reads_it() -> None:
    """REL-8: nonce and ciphertext of NaCl's secretbox, as the protocol carries them."""
    seal = Seal(bytes(32))
    sent = msgspec.json.decode(seal.shut("private-encrypted-a", "ü".encode()), type=dict[str, str])
    opened = SecretBox(seal.key("private-encrypted-a")).decrypt(base64.b64decode(sent["ciphertext"]), base64.b64decode(sent["nonce"]))
    assert opened.decode() == "ü"
    assert seal.shut("private-encrypted-a", b"x") != seal.shut("private-encrypted-a", b"x")


def test_every_channel_has_its_own_key() -> None:
    """REL-8: one channel's key opens no other, and follows from a master key that only we have."""
    assert len({Seal(bytes(32)).key("a"), Seal(bytes(32)).key("b"), Seal(b"1" * 32).key("a")}) == 3


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """REL-8: an optional dependency that is missing is a problem with a remedy."""
    monkeypatch.setitem(sys.modules, "nacl.secret", None)
    with pytest.raises(Problem, match="PyNaCl") as caught:
        Seal(bytes(32))
    assert "dagnet-realtime[encrypted]" in caught.value.remedy
