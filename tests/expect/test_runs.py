"""Runs around a real command, on a running server and on session logs: verdicts, exit codes, reports."""

import asyncio
import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

import psutil
import pytest
import typer

from dagnet_realtime.app.simulator import TrafficSimulator
from dagnet_realtime.cli.demo import SAMPLE
from dagnet_realtime.cli.expect import evaluator, modes, runner
from dagnet_realtime.cli.expect.modes import Asked, expect_run
from dagnet_realtime.cli.expect.server import OwnServer
from dagnet_realtime.cli.interrupts import Interrupts
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS

SEND = """
import json, os, sys, urllib.request, base64
key = base64.b64encode((os.environ["DAGNET_EXPECT_WRITE_KEY"] + ":").encode()).decode()
host = "http://" + os.environ["DAGNET_EXPECT_SEGMENT_HOST"]
def send(name, who="a1", **properties):
    body = {"event": name, "anonymousId": who, "properties": properties}
    headers = {"content-type": "application/json", "authorization": "Basic " + key}
    urllib.request.urlopen(urllib.request.Request(host + "/track", json.dumps(body).encode(), headers)).read()
"""
BUYS = (
    SEND
    + 'send("view_item"); send("add_to_cart"); send("begin_checkout", method="card"); send("purchase", currency="GBP", total=40)\n'
)
SPEC = """\
format: dagnet-realtime/expect@1
graph: uk-checkout-journey
expect:
  - lit: [product-page, purchase]
  - path: [product-page, basket, checkout, purchase]
  - count: purchase
    is: 1
  - each: purchase
    where: 'total>0'
  - never: 'is:unexpected'
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "checkout.yaml"
    path.write_text(SPEC)
    return path


def run(
    specs: list[Path],
    script: str | list[str] = "",
    environ: dict[str, str] | None = None,
    **more: Any,
) -> tuple[int, str]:
    command = (
        [] if not script else [sys.executable, "-c", script] if isinstance(script, str) else script
    )
    out = io.StringIO()
    base = {"settle": 0.2, "wait": 0.5} | more
    code = expect_run(
        Asked(specs=specs, command=command, workspace=SAMPLE, **base),
        environ or dict(os.environ),
        out,
    )
    return code, out.getvalue()


def test_a_command_that_does_what_the_graph_expects(spec: Path, tmp_path: Path) -> None:
    """EXP-16: around a command, a server of its own takes its events; 0 if all is met, and the log can be judged again."""
    log, report = tmp_path / "run.ndjson", tmp_path / "out.xml"
    code, said = run([spec], BUYS, save_log=log, reports=[f"junit={report}"])
    assert code == 0, said
    assert "expect 7 met, 0 failed" in said
    assert ElementTree.parse(report).getroot().attrib["failures"] == "0"
    again, said = run([spec], logs=[log, log])
    assert again == 0, said


def test_an_expectation_that_fails_says_what_was_nearest(spec: Path, tmp_path: Path) -> None:
    """EXP-16: the exit code is 1 if something failed."""
    code, said = run([spec], BUYS.replace("GBP", "USD"), reports=[f"json={tmp_path}/out.json"])
    assert code == 1
    assert "its property currency was “USD”, and must be “GBP”" in said
    assert json.loads((tmp_path / "out.json").read_text())["code"] == 1


def test_nothing_that_came_is_inconclusive(spec: Path) -> None:
    """EXP-16: 3 if nothing failed and something is inconclusive."""
    code, said = run([spec], "pass")
    assert code == 3
    assert said.count("No event arrived. Does the SDK start?") == 1, "one reason is told once"


def test_a_wrong_write_key_is_reported(spec: Path) -> None:
    """EXP-16: what the door refused is the reason why nothing came."""
    code, said = run(
        [spec],
        'import os; os.environ["DAGNET_EXPECT_WRITE_KEY"] = "another"\n'
        + SEND
        + 'try:\n  send("view_item")\nexcept OSError: pass\n',
    )
    assert code == 3
    refused = "No event arrived; 1 was refused: the write key or the signature is another"
    assert (said.count(refused), said.count("as above")) == (1, 6), said


def test_what_was_refused_makes_absences_inconclusive(spec: Path) -> None:
    """EXP-8: a delivery with another key is reported, and expectations of an absence are
    inconclusive.
    """
    lost = 'os.environ["X"] = "1"; key = "YW5vdGhlcjo="\ntry:\n  send("purchase")\nexcept OSError: pass\n'
    code, said = run([spec], BUYS + lost)
    assert code == 3
    assert "  ✓ 1 lit: product-page, purchase" in said
    assert "  ? 5 never: is:unexpected\n      1 delivery was refused: the write key" in said


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("import sys; sys.exit(7)", 7, "ended with 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137, "ended by SIGKILL"),
        ("import sys; sys.stdout.buffer.write(bytes(range(256))); sys.exit(9)", 9, "ended with 9"),
    ],
)
def test_the_command_keeps_its_own_code(
    spec: Path, script: str, code: int, says: str, tmp_path: Path
) -> None:
    """EXP-16: the exit code is the failed command's own, or 128 + n for a signal; a report is
    written all the same.
    """
    report = tmp_path / "out.xml"
    got, said = run([spec], BUYS + script, reports=[f"junit={report}"])
    assert got == code
    assert says in said
    assert "all expectations are met" in said
    assert ElementTree.parse(report).getroot().attrib["failures"] == "0"


def test_the_commands_code_can_be_left_out(spec: Path) -> None:
    """EXP-16: with `--no-child-code` the verdicts' code counts alone."""
    code, said = run([spec], BUYS + "import sys; sys.exit(7)", child_code=False)
    assert (code, "ended with 7" in said) == (0, True)


def test_a_command_that_never_ends_is_stopped(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXP-16: a command that does not end in its time is stopped, 124, and what it sent is judged; one that does not listen is killed."""
    monkeypatch.setattr(runner, "KILLED_AFTER", 0.2)
    report = tmp_path / "out.json"
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    code, said = run([spec], BUYS + deaf, timeout=2.0, reports=[f"json={report}"])
    assert code == 124
    assert "did not end within 2 s and was stopped" in said
    told = json.loads(report.read_text())
    assert (told["code"], told["results"][0]["events"]) == (124, 4)


class Mortal(OwnServer):
    """A run's server that ends, or has a part that crashes, once the file `dies` is there."""

    dies: Path
    crashes: bool
    crash: asyncio.Event

    def failure(self) -> str:
        if self.dies.exists() and self._thread.is_alive():
            event = Mortal.crash if self.crashes else cast(asyncio.Event, self._stop)
            cast(asyncio.AbstractEventLoop, self._loop).call_soon_threadsafe(event.set)
            self._thread.join(20)
        return super().failure()


async def _crashes(_: object) -> None:
    Mortal.crash = asyncio.Event()
    await Mortal.crash.wait()
    raise RuntimeError


@pytest.mark.parametrize(
    ("crashes", "says"), [(True, "A part of the server crashed"), (False, "it gave no reason")]
)
def test_a_server_that_dies_in_the_middle(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crashes: bool, says: str
) -> None:
    """EXP-16: if the run's own server ends, the command is stopped, presences that were seen stand, absences are inconclusive, 3, and the report says why."""
    monkeypatch.setattr(Mortal, "dies", tmp_path / "dies", raising=False)
    monkeypatch.setattr(Mortal, "crashes", crashes, raising=False)
    monkeypatch.setattr(TrafficSimulator, "run", _crashes)
    monkeypatch.setattr(modes, "OwnServer", Mortal)
    report = tmp_path / "out.xml"
    code, said = run(
        [spec],
        BUYS + f"open({str(tmp_path / 'dies')!r}, 'w'); import time; time.sleep(600)",
        reports=[f"junit={report}"],
    )
    assert code == 3, said
    assert f"The server ended during the run: {says}" in said
    assert "the command was stopped" in said
    assert "  ? 5 never: is:unexpected" in said
    assert int(ElementTree.parse(report).getroot().attrib["errors"]) >= 2


def test_an_evaluator_that_dies_in_the_middle(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXP-16: the run says that its evaluator has ended and exits with 2; the report has an error
    for each file.
    """
    monkeypatch.setattr(evaluator, "_in_v8", lambda: None)
    report = tmp_path / "out.xml"
    kills = f"import psutil\nfor one in psutil.Process({os.getpid()}).children():\n  if 'node_host.cjs' in ' '.join(one.cmdline()): one.kill()\n"
    code, said = run([spec], BUYS + kills, reports=[f"junit={report}"])
    assert code == 2
    assert said.count("The evaluator's Node process has ended") == 2, said
    assert ElementTree.parse(report).getroot().attrib["errors"] == "1"


def test_what_cannot_be_written_keeps_nothing_else_back(spec: Path, tmp_path: Path) -> None:
    """EXP-16: a report or log that cannot be written is reported, with exit code 2; the others are
    written.
    """
    taken = tmp_path / "taken"
    taken.write_text("")
    code, said = run(
        [spec],
        BUYS,
        reports=[f"junit={taken}/out.xml", f"md={tmp_path}/out.md"],
        save_log=taken / "run.ndjson",
    )
    assert code == 2
    assert f"The report {taken}/out.xml cannot be written:" in said
    assert f"The log {taken}/run.ndjson cannot be saved:" in said
    assert "7 met" in (tmp_path / "out.md").read_text()


DISKS = f"""
set -e
mkdir "$1/small" "$1/full" "$1/fixed"
mount -t tmpfs -o size=4k none "$1/small"
mount -t tmpfs -o size=4k none "$1/full"
head -c 4096 /dev/zero > "$1/full/all"
mount -t tmpfs -o ro none "$1/fixed"
set +e
shift
{sys.executable} -m dagnet_realtime expect "$@"
echo "code $?"
ls -A "$HERE/fixed" "$HERE/full" "$HERE/small"
"""


@pytest.fixture
def mounts() -> list[str]:
    """The start of a command that may mount file systems of its own."""
    command = ["unshare", "--map-root-user", "--mount"]
    try:
        tried = subprocess.run(
            [*command, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
        )
    except OSError:
        pytest.skip("there is no `unshare`")
    if tried.returncode:
        pytest.skip("file systems cannot be mounted here")
    return command


def test_a_full_disk_and_one_that_is_only_read(
    spec: Path, tmp_path: Path, mounts: list[str]
) -> None:
    """EXP-16: what a full or read-only disk does not take is reported, with exit code 2, half a
    file is not left behind, and the other reports are written.
    """
    asked = [
        "--report",
        f"json={tmp_path}/full/out.json",
        "--report",
        f"junit={tmp_path}/fixed/a/b",
    ]
    asked += ["--save-log", f"{tmp_path}/small/run.ndjson", "--report", f"md={tmp_path}/out.md"]
    place = ["--workspace", str(SAMPLE), "--settle", "0.1s", "--wait", "0.1s"]
    command = ["--", sys.executable, "-c", BUYS]
    ended = subprocess.run(
        [*mounts, "sh", "-c", DISKS, "sh", str(tmp_path), str(spec), *asked, *place, *command],
        capture_output=True,
        text=True,
        env={**os.environ, "HERE": str(tmp_path), "GITHUB_ACTIONS": ""},
        check=False,
    )
    assert f"The log {tmp_path}/small/run.ndjson cannot be saved: No space left" in ended.stdout
    assert f"The report {tmp_path}/full/out.json cannot be written: No space left" in ended.stdout
    assert f"The report {tmp_path}/fixed/a/b cannot be written: Read-only file" in ended.stdout
    listed = f"code 2\n{tmp_path}/fixed:\n\n{tmp_path}/full:\nall\n\n{tmp_path}/small:\n"
    assert ended.stdout.endswith(listed), ended.stdout
    assert "7 met" in (tmp_path / "out.md").read_text()


def test_no_temporary_folder(spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EXP-16: a run that has no room for its own files says so, with exit code 2."""
    taken = tmp_path / "taken"
    taken.write_text("")
    monkeypatch.setattr("tempfile.tempdir", str(taken))
    report = tmp_path / "out.xml"
    code, said = run([spec], BUYS, reports=[f"junit={report}"])
    assert (code, "none can be made. Not a directory" in said) == (2, True), said
    assert report.is_file()


def test_a_standard_output_that_takes_nothing(spec: Path, tmp_path: Path) -> None:
    """EXP-16: reports are written, and the verdict's code is kept, if standard output is full, has
    no reader, or lacks letters.
    """
    full = os.open("/dev/full", os.O_WRONLY)
    unread, broken = os.pipe()
    os.close(unread)
    plain = os.open(tmp_path / "plain.txt", os.O_WRONLY | os.O_CREAT)
    for place, reached, expected in (
        (full, "basket", 2),
        (broken, "wishlist", 1),
        (plain, "basket", 0),
    ):
        spec.write_text(f"{SPEC.partition('expect:')[0]}expect:\n  - lit: [{reached}]\n")
        report = tmp_path / f"{place}.xml"
        with os.fdopen(place, "w", encoding="ascii") as out:
            asked = Asked(
                specs=[spec],
                command=[sys.executable, "-c", BUYS],
                workspace=SAMPLE,
                settle=0.1,
                wait=0.1,
                reports=[f"junit={report}"],
            )
            assert expect_run(asked, dict(os.environ), out) == expected
        assert report.is_file()
    assert "? 1 lit: basket" in (tmp_path / "plain.txt").read_text()


def test_what_the_command_left_open_is_another_line(spec: Path) -> None:
    """EXP-13: a command's last line without an end is not the first of the report."""
    _, said = run([spec], BUYS + 'print("::error ", end="", flush=True)')
    assert said.startswith("\nexpect ")


def test_a_file_whose_name_is_no_text(spec: Path, tmp_path: Path) -> None:
    """EXP-16: a name that is not UTF-8 keeps no report back."""
    odd = spec.rename(tmp_path / os.fsdecode(b"odd\xff.yaml"))
    names = ("out.xml", "out.json", "out.md")
    reports = [
        f"{kind}={tmp_path / name}"
        for kind, name in zip(("junit", "json", "md"), names, strict=True)
    ]
    assert run([odd], ["true"], reports=reports)[0] == 3
    ElementTree.parse(tmp_path / "out.xml")
    assert json.loads((tmp_path / "out.json").read_text())["results"][0]["name"].endswith(".yaml")
    assert "odd" in (tmp_path / "out.md").read_text()


def test_a_link_that_leads_in_a_circle(spec: Path, tmp_path: Path) -> None:
    """EXP-16: a file and a report that are links in a circle are reported, with exit code 2."""
    circle, report = tmp_path / "circle.yaml", tmp_path / "out.xml"
    circle.symlink_to(circle)
    reports = [f"junit={report}"]
    code, said = run([spec, circle], ["true"], {"GITHUB_ACTIONS": "true"}, reports=reports)
    assert (code, "cannot be read: too many levels of symbolic links" in said) == (2, True), said
    assert report.is_file()
    code, said = run([spec], BUYS, reports=[f"json={circle}"])
    assert (code, f"{circle} cannot be written: Too many levels" in said) == (2, True), said


def test_without_an_engine_a_report_is_written(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXP-16: if nothing can read expectations, that is in the report, with exit code 2."""
    monkeypatch.setattr(evaluator, "_in_v8", lambda: None)
    monkeypatch.setenv("PATH", "")
    report = tmp_path / "out.xml"
    code, said = run([spec], ["true"], reports=[f"junit={report}"])
    assert (code, 'pip install "dagnet-realtime[expect]"' in said) == (2, True)
    assert ElementTree.parse(report).getroot().attrib["errors"] == "1"


def test_a_command_that_is_not_there(spec: Path) -> None:
    """EXP-16: a command that cannot be started is reported, with exit code 2."""
    code, said = run([spec], ["/nonexistent/program"])
    assert code == 2
    assert "/nonexistent/program cannot be started" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "is not YAML"),
        (
            SPEC.replace("purchase]\n  - path", "purchse]\n  - path"),
            "no node “purchse”; did you mean “purchase”?",
        ),
        (SPEC.replace("uk-checkout-journey", "uk-checkout"), "there is no graph uk-checkout"),
        (SPEC + "  - lit: [basket]\n" * 500, "`expect` has 505 expectations"),
        (
            SPEC + "  - lit: [basket]\n" * 9_995,
            "`expect` has more than 1000 expectations, and 200 are the most in one file",
        ),
        (
            SPEC + f"  - lit: [{', '.join(['basket'] * 9_995)}]\n",
            "`lit` has more than 1000 items, and 200 are the most",
        ),
        (SPEC + "  - {}\n".format(", ".join("[" * 60)), "is not YAML"),
        (
            SPEC + "  - lit: [{}]\n".format(", ".join(["[a, b, c, d, e]"] * 900)) * 5,
            "it holds more than 20000 values, the most in one file",
        ),
        (SPEC + f"# {'x' * 300_000}\n", "is larger than 256 KB"),
        (SPEC.replace("total>0", "email?"), "never carried here (its name is personal)"),
        ("\x00\x01\x02", "is not a text file"),
        (SPEC + "expect:\n  - lit: [basket]\n", "`expect` stands here again, after line 3"),
        (SPEC.replace("is: 1", "is: 1\n    is: 2"), "`is` stands here again, after line 7"),
        (f"{SPEC}---\n{SPEC}", "a second document begins; one file has one"),
        (SPEC.replace("is: 1", "max: .inf"), "a number is infinite or is none; leave it out"),
        (SPEC.replace("is: 1", "min: -1.0e+999"), "a number is infinite or is none"),
        (SPEC + "  - lit: [.nan]\n", "a number is infinite or is none"),
        (SPEC.replace("is: 1", "is: 1.0e+18"), "must be a whole number, at most 9007199254740991"),
        (SPEC + "  \t- lit: [basket]\n", "line 11\n      it is not YAML: found character '\\t'"),
        (SPEC + "? [policy]\n: {unmapped: fail}\n", "line 11\n      a list stands as a key"),
        (
            SPEC + "  - {&k lit: [basket], *k : [purchase]}\n",
            "line 11\n      an alias stands as a key",
        ),
        (
            f"{SPEC.partition('expect:')[0]}policy: {{near_misses: allow, unmapped: allow}}\n",
            "nothing is expected",
        ),
        (SPEC.replace("uk-checkout-journey", '"\\e[2Ja"'), "there is no graph \\u{1b}[2Ja"),
    ],
)
def test_a_file_that_cannot_be_judged(tmp_path: Path, text: str, says: str) -> None:
    """EXP-16, EXP-2: an unreadable file is reported with its line, also in the reports, with exit
    code 2; the command does not start.
    """
    path, report, mark = tmp_path / "bad.yaml", tmp_path / "out.xml", tmp_path / "started"
    path.write_text(text)
    code, said = run([path], f"open({str(mark)!r}, 'w')", reports=[f"junit={report}"])
    assert code == 2
    assert says in said
    assert "Nothing was judged" in said
    assert int(ElementTree.parse(report).getroot().attrib["errors"]) >= 1
    assert not mark.exists()


def test_a_folder_without_graphs(spec: Path, tmp_path: Path) -> None:
    """EXP-16: it is said which option names the folder that has them."""
    out = io.StringIO()
    asked = Asked(specs=[spec], command=["true"], workspace=tmp_path)
    code, said = expect_run(asked, dict(os.environ), out), out.getvalue()
    assert code == 2
    assert "no graph is here at all; name the data repository's folder by `--workspace`" in said


def test_usage_is_reported() -> None:
    """EXP-16: one of a command, a server or logs must be given, and no file is written over."""
    for asked in (
        Asked(specs=[]),
        Asked(specs=[], command=["x"], url="http://x"),
        Asked(specs=[], url="http://127.0.0.1:1"),
        Asked(specs=[], command=["x"], lasts=1.0),
        Asked(specs=[], command=["x"], reports=["junit=-", "json=-"]),
        Asked(specs=[], command=["x"], reports=["junit=a", "json=./a"]),
        Asked(specs=[], command=["x"], reports=["junit=a"], save_log=Path("a")),
        Asked(specs=[Path("a.yaml")], command=["x"], reports=["md=a.yaml"]),
        Asked(specs=[Path("a.yaml")], logs=[Path("a")], save_log=Path("a")),
    ):
        with pytest.raises(typer.BadParameter):
            expect_run(asked, {}, io.StringIO())


def test_variables_for_the_command(spec: Path) -> None:
    """EXP-16: a build's own variables are filled in."""
    script = 'import os, sys; sys.exit(0 if os.environ["NEXT_HOST"] == os.environ["DAGNET_EXPECT_SEGMENT_HOST"] and os.environ["KEY"] == "fixed" else 5)'
    code, _ = run(
        [spec], script, env={"NEXT_HOST": "{host}", "KEY": "{write_key}"}, write_key="fixed"
    )
    assert code == 3


def test_a_real_sdk_is_heard(spec: Path) -> None:
    """EXP-16: Segment's own SDK, pointed at the server, is heard until its last flush."""
    script = """
import os
import segment.analytics as analytics
analytics.write_key, analytics.host = os.environ["DAGNET_EXPECT_WRITE_KEY"], "http://" + os.environ["DAGNET_EXPECT_SERVER"].split("//")[1]
for name, properties in (("view_item", {}), ("add_to_cart", {}), ("begin_checkout", {"method": "card"}), ("purchase", {"currency": "GBP", "total": 40})):
    analytics.track(anonymous_id="a1", event=name, properties=properties)
analytics.shutdown()
"""
    code, said = run([spec], script)
    assert code == 0, said


def test_logs_of_shards_are_joined(tmp_path: Path) -> None:
    """EXP-17: several session logs are merged by message id; each alone may not meet what they meet together."""
    path = tmp_path / "coverage.yaml"
    path.write_text(
        "format: dagnet-realtime/expect@1\ngraph: uk-checkout-journey\nexpect:\n  - lit: [product-page, wishlist]\n"
    )
    logs = [tmp_path / "a.ndjson", tmp_path / "b.ndjson"]
    for log, name in zip(logs, ("view_item", "add_to_wishlist"), strict=True):
        assert run([path], SEND + f'send("{name}")', save_log=log)[0] == 1
        assert run([path], logs=[log])[0] == 1
    code, said = run([path], logs=logs)
    assert code == 0, said
    broken = tmp_path / "broken.ndjson"
    broken.write_text(logs[0].read_text() + "{nonsense\n")
    code, said = run([path], logs=[broken, logs[1]])
    assert (code, "1 line of" in said) == (3, True), "what is missing may have been a near miss"
    report, other = tmp_path / "out.xml", tmp_path / "other.ndjson"
    for content, says in (
        (None, "cannot be read"),
        (b" \n", f"{other} is empty"),
        (gzip.compress(logs[0].read_bytes()), f"{other} is compressed"),
        (logs[0].read_bytes()[:90], f"{other}: This is not a session log"),
    ):
        if content is not None:
            other.write_bytes(content)
        code, said = run([path], logs=[logs[1], other], reports=[f"junit={report}"])
        assert (code, says in said) == (2, True), said
        assert ElementTree.parse(report).getroot().attrib["errors"] == "1", "a report is not green"


def test_a_log_is_recorded_as_a_file_that_it_meets(spec: Path, tmp_path: Path) -> None:
    """EXP-18: `--record` prints the file that a session log meets."""
    log, made = tmp_path / "run.ndjson", tmp_path / "made.yaml"
    assert run([spec], BUYS, save_log=log)[0] == 0
    code, text = run([], logs=[log], record="all")
    assert code == 0
    assert "path: [product-page, basket, checkout, purchase]" in text
    made.write_text(text)
    assert run([made], logs=[log])[0] == 0
    with pytest.raises(Problem, match="This trace is not in the recording"):
        run([], logs=[log], record="nobody")
    with pytest.raises(typer.BadParameter):
        run([spec], logs=[log], record="all")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OwnServer, Path]]:
    """A server that runs already, and the file with the key to it."""
    with OwnServer(SAMPLE, layout=DEFAULT_FOLDERS, properties=("total",)) as opened:
        key = tmp_path_factory.mktemp("key") / "key"
        key.write_text(opened.key)
        yield opened, key


def _elsewhere(server: OwnServer, script: str) -> subprocess.Popen[bytes]:
    environ = os.environ | {
        "DAGNET_EXPECT_WRITE_KEY": server.write_key,
        "DAGNET_EXPECT_SEGMENT_HOST": server.origin.split("//")[1] + "/v1",
    }
    return subprocess.Popen([sys.executable, "-c", script], env=environ)


def test_a_running_server_is_watched(server: tuple[OwnServer, Path], tmp_path: Path) -> None:
    """EXP-17: attached, until every expectation has a verdict, of other people's events only presence is asked."""
    opened, key = server
    path = tmp_path / "lit.yaml"
    path.write_text(
        "format: dagnet-realtime/expect@1\ngraph: uk-checkout-journey\nexpect:\n  - lit: [product-page, basket]\npolicy: {near_misses: warn}\n"
    )
    child = _elsewhere(
        opened,
        "import time\n"
        + SEND
        + 'for n in range(100):\n  send("view_item"); send("add_to_cart"); time.sleep(0.1)\n',
    )
    try:
        out = io.StringIO()
        asked = Asked(
            specs=[path], url=opened.origin, key_file=key, until_decided=True, timeout=30.0
        )
        assert expect_run(asked, {}, out) == 0, out.getvalue()
    finally:
        child.kill()
        child.wait()
    for absent in (
        "  - never: 'node:purchase'\n",
        "  - dark: [purchase]\n",
        "  - count: purchase\n    is: 1\n",
    ):
        path.write_text(
            "format: dagnet-realtime/expect@1\ngraph: uk-checkout-journey\nexpect:\n"
            + absent
            + "policy: {near_misses: warn}\n"
        )
        with pytest.raises(typer.BadParameter, match="rests on an absence"):
            expect_run(
                Asked(specs=[path], url=opened.origin, key_file=key, lasts=0.1), {}, io.StringIO()
            )


def test_one_visitor_of_a_running_server(server: tuple[OwnServer, Path], spec: Path) -> None:
    """EXP-17: with `--scope` only one identifier's events are judged, absences too."""
    opened, key = server
    others = _elsewhere(
        opened, SEND + 'for n in range(20):\n  send("purchase", "other", currency="GBP", total=0)\n'
    )
    mine = _elsewhere(opened, "import time; time.sleep(1.5)\n" + BUYS)
    out = io.StringIO()
    asked = Asked(
        specs=[spec],
        url=opened.origin,
        key_file=key,
        until_decided=True,
        timeout=30.0,
        scopes=["anonymousId=a1"],
    )
    code = expect_run(asked, {}, out)
    assert [others.wait(), mine.wait()] == [0, 0]
    assert code == 0, out.getvalue()


def test_a_server_that_is_not_there(spec: Path, tmp_path: Path) -> None:
    """EXP-17: a server that does not answer is reported, also in the reports, with exit code 2."""
    key, report = tmp_path / "key", tmp_path / "out.xml"
    key.write_text("key")
    out = io.StringIO()
    asked = Asked(
        specs=[spec],
        url="http://127.0.0.1:9",
        key_file=key,
        lasts=1.0,
        scopes=["anonymousId=a"],
        reports=[f"junit={report}"],
    )
    assert expect_run(asked, {}, out) == 2
    assert "No answer from http://127.0.0.1:9" in out.getvalue()
    assert report.is_file()


def test_an_interrupted_run_hands_the_signal_on_and_reports(spec: Path, tmp_path: Path) -> None:
    """EXP-16: SIGTERM goes to the command; what it sent is judged, and the report is written."""
    report, mark = tmp_path / "out.json", tmp_path / "told"
    script = (
        "import pathlib, signal, sys\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path({str(mark)!r}).write_text('told'), sys.exit(0)))\n"
        "os.kill(os.getppid(), signal.SIGTERM)\nsignal.pause()"
    )
    code, said = run([spec], BUYS + script, reports=[f"json={report}"])
    assert mark.exists(), said
    assert "interrupted by SIGTERM. The command ended with 0" in said
    assert (code, "the run was interrupted" in said) == (3, True)
    assert json.loads(report.read_text())["results"][0]["events"] == 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_before_the_command(spec: Path, tmp_path: Path, number: int) -> None:
    """EXP-16: an interrupt while the run starts keeps the command from starting, and the report is
    written.
    """
    report, mark = tmp_path / "out.xml", tmp_path / "started"
    asked = Asked(
        specs=[spec],
        command=[sys.executable, "-c", f"open({str(mark)!r}, 'w')"],
        workspace=SAMPLE,
        reports=[f"junit={report}"],
    )
    out = io.StringIO()
    with Interrupts() as interrupts:
        os.kill(os.getpid(), number)
        code = expect_run(asked, dict(os.environ), out, interrupts=interrupts)
    name = signal.Signals(number).name
    assert f"interrupted by {name}. The command was not started." in out.getvalue()
    assert (code, mark.exists(), report.is_file()) == (3, False, True)


INTERRUPTED_AT = """
import atexit, os, signal, sys
place, number = sys.argv[1], int(sys.argv[2])
sys.argv[1:3] = []
class Finder:
    def find_spec(self, name, *_):
        if name == place:
            os.kill(os.getpid(), number)
sys.meta_path.insert(0, Finder())
if place == "exit":
    atexit.register(os.kill, os.getpid(), number)
from dagnet_realtime.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("place", "number"),
    [
        ("dagnet_realtime.cli.main", signal.SIGINT),
        ("dagnet_realtime.cli.expect.evaluator", signal.SIGTERM),
        ("dagnet_realtime.app.serve", signal.SIGINT),
        ("exit", signal.SIGINT),
    ],
)
def test_an_interrupt_while_the_program_is_loaded(
    spec: Path, tmp_path: Path, place: str, number: int
) -> None:
    """EXP-16: an interrupt is heard before the commands are loaded, and one at the very end does
    not change the exit code.
    """
    report = tmp_path / "out.xml"
    arguments = [spec, "--workspace", SAMPLE, "--settle", "0.1s", "--wait", "0.1s"]
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT, place, str(int(number)), "expect"]
        + [str(one) for one in arguments]
        + ["--report", f"junit={report}", "--", "true"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    interrupted = f"interrupted by {number.name}. The command was not started."
    assert (ended.returncode, ended.stderr) == (3, "")
    assert (interrupted in ended.stdout) == (place != "exit"), ended.stdout
    assert report.is_file()


def test_a_deaf_command_is_killed_soon_after_a_second_interrupt(spec: Path, tmp_path: Path) -> None:
    """EXP-16: a runner that cancels a job interrupts twice and waits no longer for the report."""
    report = tmp_path / "out.json"
    script = (
        "import signal, time\n"
        "for one in (signal.SIGINT, signal.SIGTERM): signal.signal(one, signal.SIG_IGN)\n"
        "os.kill(os.getppid(), signal.SIGINT); time.sleep(0.3)\n"
        "os.kill(os.getppid(), signal.SIGTERM); time.sleep(600)"
    )
    code, said = run([spec], BUYS + script, reports=[f"json={report}"])
    assert code == 137
    assert "interrupted by SIGINT. The command ended with 137." in said
    assert json.loads(report.read_text())["results"][0]["events"] == 4


def test_a_fault_of_our_own_keeps_no_report_back(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXP-16: if the program itself fails, the report says so, with exit code 2."""

    def fails(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(modes, "_waits", fails)
    report = tmp_path / "out.xml"
    code, said = run([spec], BUYS, reports=[f"junit={report}"])
    assert (code, "The run broke off by a fault. RecursionError()." in said) == (2, True), said
    assert int(ElementTree.parse(report).getroot().attrib["errors"]) >= 1, "it is not green"


LEAVES = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", %r])
"""


def test_what_the_command_left_running_is_heard_and_stopped(spec: Path, tmp_path: Path) -> None:
    """EXP-16: a process that outlives the command may still send, and is stopped before the
    verdict; what it sends then counts as well. One that does not listen is killed.
    """
    asked = tmp_path / "asked"
    late = (
        SEND
        + f"""
import pathlib, signal, time
def ends(*_):
    pathlib.Path({str(asked)!r}).write_text("asked")
    send("purchase", currency="GBP", total=40)
    sys.exit(0)
signal.signal(signal.SIGTERM, ends)
send("view_item"); send("add_to_cart"); send("begin_checkout", method="card")
time.sleep(600)
"""
    )
    code, said = run([spec], LEAVES % late, settle=1.0, wait=5.0)
    assert asked.exists()
    assert "The command left processes running; they were stopped." in said
    assert code == 0, said


def test_a_deaf_process_that_the_command_left_is_killed(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXP-16: what the command left is killed if it does not end; a session of its own keeps a
    process.
    """
    monkeypatch.setattr(runner, "KILLED_AFTER", 0.3)
    pids = tmp_path / "pids"
    deaf = f"import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({str(pids)!r}, 'a').write(str(os.getpid()) + ' '); time.sleep(600)"
    script = (
        "import subprocess, sys, time, pathlib\n"
        f"for own in (False, True): subprocess.Popen([sys.executable, '-c', {deaf!r}], start_new_session=own)\n"
        f"while not pathlib.Path({str(pids)!r}).exists() or len(pathlib.Path({str(pids)!r}).read_text().split()) < 2: time.sleep(0.05)\n"
    )
    code, said = run([spec], BUYS + script)
    running = [one for one in map(int, pids.read_text().split()) if psutil.pid_exists(one)]
    running = [one for one in running if psutil.Process(one).status() != psutil.STATUS_ZOMBIE]
    try:
        assert (code, len(running)) == (0, 1), said
        assert os.getsid(running[0]) == running[0]
    finally:
        for one in running:
            os.kill(one, signal.SIGKILL)


def test_a_report_has_standard_output_to_itself(spec: Path, tmp_path: Path) -> None:
    """EXP-16: a report on standard output can be read by a program: what is said of the run and
    what the command prints go to standard error.
    """
    log = tmp_path / "run.ndjson"
    base = [sys.executable, "-m", "dagnet_realtime", "expect", str(spec), "--report", "json=-"]
    place = ["--workspace", str(SAMPLE), "--settle", "0.1s", "--wait", "0.1s"]
    environ = {**os.environ, "GITHUB_ACTIONS": "true", "PYTHONIOENCODING": "ascii"}
    environ.pop("GITHUB_STEP_SUMMARY", None)
    for more in (
        [
            *place,
            "--save-log",
            str(log),
            "--",
            sys.executable,
            "-c",
            BUYS + 'print("of the command")',
        ],
        ["--log", str(log)],
    ):
        ended = subprocess.run(
            [*base, *more], capture_output=True, encoding="utf-8", env=environ, check=False
        )
        told = json.loads(ended.stdout)
        assert (ended.returncode, told["results"][0]["verdict"]) == (0, "met"), ended.stderr
        assert "expect 7 met, 0 failed" in ended.stderr
        assert ("of the command" in ended.stderr) == ("--" in more)


def test_an_interrupt_while_the_run_waits_for_quiet(spec: Path, tmp_path: Path) -> None:
    """EXP-16: an interrupt after the command has ended cuts the wait short, and the report is written."""
    report = tmp_path / "out.xml"
    late = "import subprocess; subprocess.Popen([sys.executable, '-c', 'import os, signal, time; time.sleep(0.5); os.kill(%d, signal.SIGINT)' % os.getppid()])"
    code, said = run([spec], BUYS + late, settle=600.0, wait=600.0, reports=[f"junit={report}"])
    assert (code, "interrupted by SIGINT" in said) == (3, True)
    assert report.is_file()


def test_check_reads_the_expectations_of_a_repository(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GRA-17: `check` reads `expectations/`, with errors for what cannot be judged and warnings for what can never be met."""
    from dagnet_realtime.cli.check import check

    for name in ("graphs", "events", "nodes"):
        shutil.copytree(SAMPLE / name, tmp_path / name)
    folder = tmp_path / "expectations"
    folder.mkdir()
    (folder / "good.yaml").write_text(SPEC)
    (folder / "never.yaml").write_text(SPEC.replace("[product-page, purchase]", "[abandoned]"))
    check(tmp_path)
    said = capsys.readouterr().out
    assert "line 4: this can never be met, or has no effect: abandoned can never be seen" in said
    (folder / "stale.yaml").write_text(SPEC.replace("product-page, purchase", "products"))
    with pytest.raises(typer.Exit) as ended:
        check(tmp_path, json=True)
    assert ended.value.exit_code == 1
    told = json.loads(capsys.readouterr().out)["expectations"]
    assert [(one["file"], len(one["errors"]), len(one["warnings"])) for one in told] == [
        ("expectations/good.yaml", 0, 0),
        ("expectations/never.yaml", 0, 1),
        ("expectations/stale.yaml", 1, 0),
    ]


def test_a_port_that_is_taken(spec: Path, server: tuple[OwnServer, Path]) -> None:
    """EXP-16: a port that another program has is a problem in a sentence, 2."""
    opened, _ = server
    code, said = run([spec], "pass", port=int(opened.origin.rpartition(":")[2]))
    assert code == 2
    assert "port" in said.lower()
