"""Machines of their own on a network of their own: names and addresses as in production, paths of a clean system, and a real systemd.

Each is a set of namespaces of this machine (network, mounts, processes), joined to the others by a bridge; nothing of it is seen
outside, and all of it ends with the context. Programs are this machine's; what a package manager would have put on the disk is there.
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec
import pytest

import dagnet_realtime

ROOT = Path(__file__).parents[2]
PYTHON = Path(f"/opt/python/bin/python{sys.version_info.major}.{sys.version_info.minor}")
"""This interpreter, at a place that every user of every machine may read."""

INSTALLED = Path("/opt/dagnet-realtime")
PACKAGES = Path(msgspec.__file__).parents[1]
PROGRAM = f"""#!{PYTHON}
import sys
sys.path[:0] = ["{INSTALLED}/src", "{PACKAGES}"]
from dagnet_realtime.cli.main import main
sys.exit(main())
"""
SYSTEMD = Path("/lib/systemd/systemd")
TOOLS = ("unshare", "nsenter", "ip", "mount", "curl", "openssl")
NETWORK = "10.77.0."

_CLEAN = """
set -e
mount --make-rprivate /
ip link set lo up
fresh=$(mktemp -d); mount -t tmpfs fresh "$fresh"
cp -a /etc "$fresh/etc"
mkdir "$fresh/python"; mount --bind {python} "$fresh/python"
mount -t tmpfs -o mode=700 root /root
for folder in /opt /srv /var/lib /run; do mount -t tmpfs -o mode=755 clean $folder; done
mount --bind "$fresh/etc" /etc
mkdir -p {at}; mount --bind "$fresh/python" {at}
mkdir -p /etc/ld.so.conf.d; echo {at}/lib > /etc/ld.so.conf.d/00-python.conf; ldconfig
rm -rf /etc/rc?.d /etc/init.d
cat > /etc/hosts <<'HOSTS'
{hosts}
HOSTS
"""
_SYSTEMD = """
mount -t cgroup2 groups /sys/fs/cgroup
units=$fresh/units; mkdir $units
for unit in sysinit basic multi-user network-online shutdown umount final; do
  printf '[Unit]\\nDescription=%s\\nDefaultDependencies=no\\n' $unit > $units/$unit.target
done
printf '[Unit]\\nRequires=sysinit.target\\nAfter=sysinit.target\\nDefaultDependencies=no\\n' > $units/basic.target
printf '[Unit]\\nRequires=basic.target\\nAfter=basic.target\\n' > $units/multi-user.target
mount --bind $units /lib/systemd/system
rm -rf /etc/systemd/system /etc/systemd/system.conf.d; mkdir /etc/systemd/system
mkdir -p /run/systemd/system
mount -t tmpfs none /lib/systemd/system-generators
container=other exec {systemd} --system --unit=multi-user.target --log-target=console --show-status=no
"""


@cache
def unavailable() -> str:
    """Why this machine cannot have others in it; "" if it can."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        return f"this machine has no {', '.join(missing)}"
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "true"], capture_output=True, check=False
    )
    return "" if tried.returncode == 0 and os.geteuid() == 0 else "namespaces are for root"


needs_machines = pytest.mark.skipif(
    bool(unavailable()) and not os.environ.get("CI"), reason=unavailable() or "it can"
)
needs_systemd = pytest.mark.skipif(not SYSTEMD.exists(), reason="this machine has no systemd")


class Machine:
    """One of them. `run` runs a script there as root; `start` leaves a program running."""

    def __init__(self, pid: int, address: str) -> None:
        self.address = address
        self._pid = pid
        self._running: list[subprocess.Popen[bytes]] = []

    @property
    def inside(self) -> list[str]:
        """What a command line must begin with to run there."""
        return ["nsenter", "-t", str(self._pid), "--net", "--mount", "--pid", "--wd=/", "--"]

    def run(
        self,
        script: str,
        *,
        environ: Mapping[str, str] | None = None,
        folder: Path = ROOT,
        seconds: float = 120,
    ) -> str:
        """Runs lines of a shell, each of which must succeed; what they printed."""
        words = [*self.inside, "bash", "-euo", "pipefail", "-c", f"cd {folder}\n{script}"]
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env=_environ(environ),
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(
        self, script: str, *, environ: Mapping[str, str] | None = None, log: Path
    ) -> subprocess.Popen[bytes]:
        """Starts one program, which ends with the machine."""
        words = [*self.inside, "bash", "-c", f"exec {script}"]
        with log.open("ab") as out:
            child = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=_environ(environ)
            )
        self._running.append(child)
        return child

    def until(self, script: str, seconds: float = 60) -> str:
        """Runs it until it succeeds."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.run(script)
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def install(self, version: str = "") -> None:
        """What `pip install` of a wheel leaves there, of this working copy; with another `version` what it leaves of that one."""
        package, program = INSTALLED / "src/dagnet_realtime", INSTALLED / "bin/dagnet-realtime"
        lines = [
            f"mkdir -p {program.parent} {package.parent}",
            f"cp -a {Path(dagnet_realtime.__file__).parent}/. {package}",
        ]
        lines += [
            f"cat > {program} <<'PROGRAM'\n{PROGRAM}PROGRAM",
            f"chmod 755 {program}",
            f"chmod -R a+rX {INSTALLED}",
        ]
        if version:
            lines += [
                f"sed -i 's/^__version__ = .*/__version__ = \"{version}\"/' {package}/__init__.py",
                f"rm -f {package}/__pycache__/__init__.*",
            ]
        self.run("\n".join(lines))

    def stop(self) -> None:
        """Ends what was started there."""
        for child in self._running:
            child.terminate()
        for child in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)
            child.kill()
            child.wait()


class Network:
    """The bridge; `machine` adds one by its name, and every name is known everywhere from the start."""

    def __init__(self, stack: contextlib.ExitStack, names: Mapping[str, str]) -> None:
        self._stack = stack
        self._names = names
        self._hub = stack.enter_context(_process(["unshare", "--net", "sleep", "infinity"]))
        self._ip = ["nsenter", "-t", str(self._hub), "--net", "ip"]
        _until(
            lambda: (
                Path(f"/proc/{self._hub}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
            )
        )
        for words in ("link set lo up", "link add bridge type bridge", "link set bridge up"):
            subprocess.run([*self._ip, *words.split()], check=True)

    def machine(self, name: str, *, systemd: bool = False) -> Machine:
        """The machine of that name, clean; with its own systemd as its first process."""
        address = NETWORK + self._names[name]
        hosts = "127.0.0.1 localhost\n" + "\n".join(
            f"{NETWORK}{last} {one}" for one, last in self._names.items()
        )
        script = _CLEAN.format(
            hosts=hosts, python=Path(sys.executable).resolve().parents[1], at=PYTHON.parents[1]
        )
        script += _SYSTEMD.format(systemd=SYSTEMD) if systemd else "exec sleep infinity"
        words = [
            "unshare",
            "--net",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "--cgroup",
            "bash",
            "-c",
            script,
        ]
        outer = self._stack.enter_context(_process(words))
        pid = _until(lambda: _child(outer))
        number = self._names[name]
        subprocess.run(
            [*self._ip, *f"link add v{number} type veth peer name eth0 netns {pid}".split()],
            check=True,
        )
        subprocess.run([*self._ip, *f"link set v{number} master bridge up".split()], check=True)
        for line in (f"addr add {address}/24 dev eth0", "link set eth0 up"):
            subprocess.run(["nsenter", "-t", str(pid), "--net", "ip", *line.split()], check=True)
        made = Machine(pid, address)
        _until(
            lambda: (
                subprocess.run(
                    [*made.inside, "grep", "-q", NETWORK, "/etc/hosts"], check=False
                ).returncode
                == 0
            )
        )
        self._stack.callback(made.stop)
        return made


@contextlib.contextmanager
def network(**names: str) -> Iterator[Network]:
    """A network on which each name has the address that ends in its number; `_` in a name stands for a dot."""
    with contextlib.ExitStack() as stack:
        yield Network(stack, {name.replace("_", "."): last for name, last in names.items()})


def _environ(given: Mapping[str, str] | None) -> dict[str, str]:
    usual = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C.UTF-8",
        "HOME": "/root",
    }
    return {**usual, **(given or {})}


def _child(pid: int) -> int:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(found[0]) if found else 0


def _until(found: object, seconds: float = 30) -> int:
    assert callable(found)
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)
    return int(answer)


@contextlib.contextmanager
def _process(words: list[str]) -> Iterator[int]:
    """A process that dies with this one, also if this one is killed."""
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(
        words, stdin=quiet, stdout=quiet, stderr=quiet, preexec_fn=_die_with_parent
    )
    try:
        yield child.pid
    finally:
        child.kill()
        child.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, 9)
