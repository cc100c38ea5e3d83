"""The texts that Redis runs."""

import hashlib

from dagnet_realtime.logs.redis_scripts import scripts


def test_each_script_declares_whether_it_runs_when_memory_is_full() -> None:
    """LOG-54: only what adds entries is refused then."""
    found = scripts()
    refused = {name for name, script in found.items() if not script.text.startswith("#!lua flags=allow-oom\n")}
    assert refused == {"append", "search"}
    assert all(hashlib.sha1(script.text.encode()).hexdigest() == script.digest for script in found.values())


def test_a_script_touches_declared_keys_alone() -> None:
    """LOG-50: no script makes up a key."""
    assert not [name for name, script in scripts().items() if "call('KEYS'" in script.text or "call('SCAN'" in script.text]
