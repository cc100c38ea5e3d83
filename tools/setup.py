"""Sets everything up: Python packages, Node, the interface; for tests browsers, Redis and proxies.

Each once, and when its lock changes. Uses the standard library alone. `setup.py [use|work]`: `use`
is enough to run the program, `work` (the default) also to test it.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import interface

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
USE = ("requirements/runtime.lock", "requirements/build.lock")
WORK = ("requirements/dev.lock",)
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIREFOXES = ("firefox-esr", "firefox")
START = Path("/usr/sbin/policy-rc.d")
"""Debian's packages ask this program whether they may start what they install."""


def say(words: str) -> None:
    """One line about what happens."""
    print(f"── {words}", flush=True)


def must(*command: str | Path, why: str) -> None:
    """Runs a command quietly; ends with its output if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        sys.exit(f"Set-up failed: {why}")


def python() -> Path:
    """The virtual environment's Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def virtual_environment() -> None:
    """Makes `.venv` if it is missing; Debian keeps what that needs in `python3-venv`."""
    if (
        python().is_file()
        and subprocess.run(
            [python(), "-c", "import pip"], capture_output=True, check=False
        ).returncode
        == 0
    ):
        return
    say(f"Making .venv with Python {sys.version.split()[0]}")
    if subprocess.run(
        [sys.executable, "-c", "import ensurepip"], capture_output=True, check=False
    ).returncode:
        debian(
            f"python{sys.version_info.major}.{sys.version_info.minor}-venv",
            "this Python has no ensurepip, which a virtual environment needs",
        )
    must(
        sys.executable,
        "-m",
        "venv",
        "--clear",
        VENV,
        why="the virtual environment could not be made",
    )


def packages(locks: tuple[str, ...]) -> None:
    """Installs the locked packages and this one, when a lock or the project's metadata has changed.

    What is there already stays.
    """
    wanted = {
        name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
        for name in (*locks, "pyproject.toml")
    }
    stamp = VENV / ".dagnet-realtime"
    done = dict(line.split() for line in stamp.read_text().splitlines()) if stamp.is_file() else {}
    if all(done.get(name) == digest for name, digest in wanted.items()):
        return
    say(f"Installing Python packages from {' and '.join(locks)}")
    pip = (
        python(),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "install",
        "--quiet",
        "--no-deps",
    )
    for lock in locks:
        must(
            *pip,
            "--require-hashes",
            "-r",
            ROOT / lock,
            why="a Python package could not be installed",
        )
    must(
        *pip,
        "--no-build-isolation",
        "--editable",
        ROOT,
        why="the package itself could not be installed",
    )
    stamp.write_text("".join(f"{name} {digest}\n" for name, digest in (done | wanted).items()))


def node() -> str:
    """The machine's Node if it is new enough, else PyPI's in `.tools`."""
    if found := interface.machine_node() or interface.wheel_node(TOOLS):
        return found
    say(
        f"No Node {'.'.join(map(str, interface.OLDEST))} or later here: "
        "installing PyPI's into .tools"
    )
    pip = (python(), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet")
    must(
        *pip,
        "--no-deps",
        "--target",
        TOOLS,
        interface.WHEEL,
        why="Node could not be installed; install Node 20.19 or later",
    )
    found = interface.wheel_node(TOOLS)
    if found is None:
        sys.exit(
            "Set-up failed: PyPI's Node does not suit this machine; install Node 20.19 or later"
        )
    return found


def modules(found: str) -> None:
    """Installs the locked npm packages."""
    if not interface.installed(ROOT):
        say(
            "Installing npm packages from web/package-lock.json with Node "
            f"{'.'.join(map(str, interface.version(found)))}"
        )
        interface.install(ROOT, found)


def provider(found: str) -> None:
    """Installs the Pusher-compatible server that the relay is tested against.

    It takes 20 s and 290 MB, most of it for other clouds and systems.
    """
    npm_folder(found, "web/relay-server", "the provider of the relay's tests")


def example(found: str) -> None:
    """Installs Playwright's test runner for the example of continuous integration.

    It has 19 MB, without a browser.
    """
    npm_folder(found, "examples/ci", "the test runner of the example")


def host(found: str) -> None:
    """Installs the packages of the host that the client is tried in, at DagNet's versions.

    They have 71 MB.
    """
    npm_folder(found, "web/host", "the host that the client is tried in")


def npm_folder(found: str, name: str, what: str) -> None:
    """Installs what a folder's lock file names, when that has changed."""
    folder = ROOT / name
    stamp = folder / "node_modules" / ".dagnet-realtime"
    digest = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return
    say(f"Installing {what} from {name}/package-lock.json")
    interface.run(
        (
            *interface.npm(found),
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ),
        folder,
        found,
    )
    stamp.write_text(digest)


def browsers() -> None:
    """Finds a Chromium and a Firefox for the browser tests, or installs Debian's."""
    if not os.environ.get("CHROMIUM") and not any(shutil.which(name) for name in CHROMIUMS):
        debian("chromium", "the browser tests need Chromium: install it, or set CHROMIUM to one")
    if not os.environ.get("FIREFOX") and not any(shutil.which(name) for name in FIREFOXES):
        debian("firefox-esr", "the browser tests need Firefox: install it, or set FIREFOX to one")


def redis() -> None:
    """Finds a redis-server for the tests of the Redis log, or installs Debian's."""
    if not shutil.which("redis-server"):
        debian("redis-server", "the tests of the Redis log need redis-server")


def proxies() -> None:
    """Finds the reverse proxies that the files in `deploy/` are for, or installs Debian's.

    Not every Debian has Caddy.
    """
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    if not shutil.which("nginx", path=path):
        debian("nginx-light", "the tests of deploy/nginx.conf need nginx")
    if not shutil.which("caddy", path=path) and shutil.which("apt-cache") and os.geteuid() == 0:
        listed = subprocess.run(
            ["apt-cache", "policy", "caddy"], capture_output=True, text=True, check=False
        ).stdout
        if "Candidate: " in listed and "Candidate: (none)" not in listed:
            debian("caddy", "the tests of deploy/Caddyfile need Caddy")


def promtool() -> None:
    """Installs Debian's Prometheus for the test of the alert rules, which is skipped without it."""
    if not shutil.which("promtool") and shutil.which("apt-get") and os.geteuid() == 0:
        debian("prometheus", "the test of deploy/alerts.yaml needs promtool")


def debian(package: str, why: str) -> None:
    """Installs a Debian package without starting anything of it, or exits with why it is needed."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        sys.exit(f"Set-up failed: {why}. On Debian: apt-get install {package}")
    say(f"Installing Debian's {package}")
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with unstarted():
        for command in (
            ("apt-get", "update", "-qq"),
            ("apt-get", "install", "-y", "-qq", "--no-install-recommends", package),
        ):
            done = subprocess.run(
                command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
    if done.returncode:
        sys.exit(
            f"Set-up failed: {why}. `apt-get install {package}` said: "
            f"{done.stderr.decode(errors='replace').strip()[-500:]}"
        )


@contextlib.contextmanager
def unstarted() -> Iterator[None]:
    """While this lasts Debian starts nothing that it installs.

    Tests start servers of their own, and port 80 is not ours to take.
    """
    if START.exists():
        yield
        return
    START.write_text("#!/bin/sh\nexit 101\n")
    START.chmod(0o755)
    try:
        yield
    finally:
        START.unlink()


def main() -> None:
    """Does what is missing; with a Node on the machine, Python's and npm's packages in parallel."""
    began = time.monotonic()
    use = "use" in sys.argv[1:]
    virtual_environment()
    with ThreadPoolExecutor() as beside:
        machine = interface.machine_node()
        npm = beside.submit(modules, machine) if machine else None
        packages(USE if use else WORK)
        if npm is not None:
            npm.result()
    found = node()
    modules(found)
    if not interface.fresh(ROOT):
        say("Building the interface")
        interface.build(ROOT, found)
    if not use:
        provider(found)
        example(found)
        host(found)
        browsers()
        redis()
        proxies()
        promtool()
    if (took := time.monotonic() - began) > 5:
        say(f"Set up in {took:.0f} s")


if __name__ == "__main__":
    main()
