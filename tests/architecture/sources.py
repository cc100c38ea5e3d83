"""The files that the architecture's tests look at: those that git knows or would know."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "src" / "dagnet_realtime"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository, ignored ones left out."""
    told = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(path for line in told.splitlines() if (path := ROOT / line).is_file())


@cache
def python_modules() -> tuple[Path, ...]:
    """The package's modules, packages' docstrings left out."""
    return tuple(
        path
        for path in tracked()
        if path.is_relative_to(PACKAGE) and path.suffix == ".py" and path.name != "__init__.py"
    )


@cache
def python_tests_and_tools() -> tuple[Path, ...]:
    """The Python of tests, benchmarks and tools, recordings left out."""
    folders = tuple(ROOT / name for name in ("tests", "benchmarks", "tools"))
    return tuple(
        path
        for path in tracked()
        if path.suffix == ".py"
        and any(path.is_relative_to(folder) for folder in folders)
        and "recorded" not in path.parts
    )


@cache
def typescript_modules() -> tuple[Path, ...]:
    """The browser side's modules, generated ones left out."""
    web = ROOT / "web"
    return tuple(
        path
        for path in tracked()
        if path.is_relative_to(web)
        and "src" in path.parts
        and path.suffix in (".ts", ".tsx")
        and not path.name.endswith((".gen.ts", ".d.ts"))
    )


@cache
def typescript_tests() -> tuple[Path, ...]:
    """The tests of the browser side's packages, and what they share."""
    web = ROOT / "web"
    return tuple(
        path
        for path in tracked()
        if path.is_relative_to(web) and "test" in path.parts and path.suffix in (".ts", ".tsx")
    )


def named(path: Path) -> str:
    """A path from the repository's root."""
    return path.relative_to(ROOT).as_posix()
