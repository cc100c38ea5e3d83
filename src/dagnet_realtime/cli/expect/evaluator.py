"""The evaluator in a JavaScript engine: V8 in this process by `mini-racer`, else a Node process.

It is the script that `web/expect` builds; every function takes and gives plain values.
"""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from dagnet_realtime.model.problem import Problem

SCRIPT = Path(__file__).with_name("evaluator.js")
SCHEMA = Path(__file__).with_name("expect.schema.json")
OLDEST_NODE = 18
V8_FLAGS = ("--initial-old-space-size=64",)
"""Beside mini-racer's own: V8 collects its old space only beyond 64 MB, which few runs reach. Else
it begins at a few, and looks again and again through what a run holds to its end."""

ANSWER = """{
  const text = box.asked, tab = text.indexOf("\\t");
  box.asked = "";
  dagnetExpect(text.slice(0, tab), text.slice(tab + 1));
}"""
"""Source that answers what lies in `box`: a function, a tab and its arguments."""

SO_FAR, AT_END = False, True
"""When a verdict is asked for: while more may come, or after the last event."""

Ask = Callable[[str, str], str]
"""(function, arguments as JSON) → the answer as JSON."""


class Json(str):
    """JSON text that is handed over as the value that it writes, not as a string."""


class Evaluator:
    """Asks one script; from several threads one after the other. `with` ends what it runs in."""

    def __init__(self, ask: Ask, close: Callable[[], None], engine: str) -> None:
        self._ask = ask
        self._close = close
        self._lock = threading.Lock()
        self.engine = engine

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._close()

    def ask(self, name: str, *values: object) -> Any:
        """What the function `name` answers; raises `Problem` in its own words."""
        with self._lock:
            text = self._ask(name, _arguments(values))
        answer = json.loads(text)
        if isinstance(answer, dict) and answer.get("problem") is True:
            raise Problem("invalid", str(answer.get("title")), str(answer.get("detail") or ""))
        return answer


def _arguments(values: tuple[object, ...]) -> str:
    texts = (value if isinstance(value, Json) else json.dumps(value) for value in values)
    return f"[{','.join(texts)}]"


def open_evaluator(engine: str = "") -> Evaluator:
    """The evaluator in V8 if `mini-racer` is installed, else in Node if it is on the path.

    `engine` "v8" or "node" takes that one alone. Raises `Problem("unavailable")` if there is none.
    Threads that use it must be started after this: V8 lets no other threads into its memory.
    """
    if engine != "node" and (made := _in_v8()) is not None:
        return made
    if engine != "v8" and (made := _in_node()) is not None:
        return made
    raise Problem(
        "unavailable",
        "Expectations need a JavaScript engine, and there is none",
        "Neither the package mini-racer nor a Node of version 18 or later was found",
        'Install one: pip install "dagnet-realtime[expect]", or Node',
    )


def _in_v8() -> Evaluator | None:
    try:
        from py_mini_racer import DEFAULT_V8_FLAGS, JSEvalException, MiniRacer, init_mini_racer
    except ImportError:
        return None
    # The flags are the process's: if something else has begun V8 already, its own stay.
    init_mini_racer(flags=(*DEFAULT_V8_FLAGS, *V8_FLAGS), ignore_duplicate_init=True)
    context = MiniRacer()
    context.eval(SCRIPT.read_text(encoding="utf-8"))
    # The text lies in an object that a fixed line of source takes it from. Text within the source
    # would be parsed as such first, and to call a function makes a list of arguments, item by item,
    # each in a turn of V8's thread.
    boxes: list[Any] = [context.eval('globalThis.box = { asked: "" }')]

    def ask(name: str, values: str) -> str:
        try:
            boxes[0]["asked"] = f"{name}\t{values}"
            return str(context.eval(ANSWER))
        except JSEvalException as error:
            raise Problem(
                "unavailable", "The evaluator failed", f"{type(error).__name__}: {error}"[:500]
            ) from None

    def close() -> None:
        boxes.clear()  # it must not outlive its context
        context.close()

    return Evaluator(ask, close, "v8")


def _in_node() -> Evaluator | None:
    found = shutil.which("node")
    if found is None or _version(found) < OLDEST_NODE:
        return None
    process = subprocess.Popen(  # noqa: S603 - Node from the path, with our own script
        [found, str(Path(__file__).with_name("node_host.cjs")), str(SCRIPT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={key: value for key, value in os.environ.items() if key != "NODE_OPTIONS"},
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    given, taken = process.stdin, process.stdout
    assert given is not None
    assert taken is not None

    def ask(name: str, values: str) -> str:
        try:
            given.write(f"{name}\t{values}\n")
            given.flush()
            answer = taken.readline()
        except OSError:
            answer = ""
        if not answer:
            raise Problem("unavailable", "The evaluator's Node process has ended")
        return answer

    def close() -> None:
        with suppress(OSError):  # it may have ended with something unread
            given.close()
        taken.close()
        process.wait()

    return Evaluator(ask, close, "node")


def _version(node: str) -> int:
    """The major version of a Node, 0 if it does not say."""
    try:
        told = subprocess.run(  # noqa: S603 - Node from the path
            [node, "--version"], capture_output=True, text=True, timeout=20, check=False
        ).stdout
        return int(told.strip().removeprefix("v").partition(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0
