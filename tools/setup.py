"""Sets everything up: Python packages, Node, the interface, a browser and Redis for tests; each once, and again when its lock changes.

Uses the standard library alone. `setup.py [use|work]`: `use` is enough to run the program, `work` (the default) also to test it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import interface

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def say(words: str) -> None:
    """One line about what happens."""
    print(f"── {words}", flush=True)


def must(*command: str | Path, why: str) -> None:
    """Runs a command quietly; ends with its output where it fails."""
    done = subprocess.run(
        [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        sys.exit(f"Set-up failed: {why}")


def python() -> Path:
    """The virtual environment's Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def virtual_environment() -> None:
    """Makes `.venv` where there is none; Debian keeps what that needs in `python3-venv`."""
    if python().is_file() and subprocess.run([python(), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        return
    say(f"Making .venv with Python {sys.version.split()[0]}")
    if subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False).returncode:
        debian(
            f"python{sys.version_info.major}.{sys.version_info.minor}-venv",
            "this Python has no ensurepip, which a virtual environment needs",
        )
    must(sys.executable, "-m", "venv", "--clear", VENV, why="the virtual environment could not be made")


def packages() -> None:
    """Installs the locked packages and this one, when the lock or the project's metadata has changed."""
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in ("requirements/dev.lock", "pyproject.toml"))).hexdigest()
    stamp = VENV / ".dagnet-realtime"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    say("Installing Python packages from requirements/dev.lock")
    pip = (python(), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet")
    must(*pip, "--no-deps", "--require-hashes", "-r", ROOT / "requirements/dev.lock", why="a Python package could not be installed")
    must(*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT, why="the package itself could not be installed")
    stamp.write_text(wanted)


def node() -> str:
    """The machine's Node where it is new enough, else PyPI's in `.tools`."""
    if found := interface.machine_node() or interface.wheel_node(TOOLS):
        return found
    say(f"No Node {'.'.join(map(str, interface.OLDEST))} or later here: installing PyPI's into .tools")
    pip = (python(), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet")
    must(*pip, "--no-deps", "--target", TOOLS, interface.WHEEL, why="Node could not be installed; install Node 20.19 or later")
    found = interface.wheel_node(TOOLS)
    if found is None:
        sys.exit("Set-up failed: PyPI's Node does not suit this machine; install Node 20.19 or later")
    return found


def web(found: str) -> None:
    """Installs the locked npm packages and builds the interface where it is stale."""
    say(f"Node {'.'.join(map(str, interface.version(found)))}: npm packages from web/package-lock.json")
    interface.install(ROOT, found)
    if not interface.fresh(ROOT):
        say("Building the interface")
        interface.build(ROOT, found)


def browser() -> None:
    """Finds a Chromium for the browser tests, or installs Debian's."""
    if os.environ.get("CHROMIUM") or any(shutil.which(name) for name in BROWSERS):
        return
    debian("chromium", "the browser tests need Chromium: install it, or set CHROMIUM to one")


def redis() -> None:
    """Finds a redis-server for the tests of the Redis log, or installs Debian's."""
    if not shutil.which("redis-server"):
        debian("redis-server", "the tests of the Redis log need redis-server")


def debian(package: str, why: str) -> None:
    """Installs a Debian package, or says loudly why it is needed."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        sys.exit(f"Set-up failed: {why}. On Debian: apt-get install {package}")
    say(f"Installing Debian's {package}")
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", "--no-install-recommends", package)):
        done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"Set-up failed: {why}. `apt-get install {package}` said: {done.stderr.decode(errors='replace').strip()[-500:]}")


def main() -> None:
    """Does what is missing, in order."""
    began = time.monotonic()
    virtual_environment()
    packages()
    web(node())
    if "use" not in sys.argv[1:]:
        browser()
        redis()
    say(f"Set up in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
