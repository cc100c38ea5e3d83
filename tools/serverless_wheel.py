"""Makes the lean wheel of a serverless function, in `dist/serverless/`, from the one in `dist/`.

It is the same package under the version `0.1.0+serverless`, without what a function never runs:
commands, streams, samples, the page without a server. It requires a sixth as much; the extra
`sign-in` adds what cookies and identity providers need.
"""

import base64
import hashlib
import re
import zipfile
from pathlib import Path

from dagnet_realtime import __version__

LABEL = "serverless"  # of the version, PEP 440
REQUIRED = ("httpx", "msgspec", "pyyaml", "redis", "ruamel-yaml", "starlette")
EXTRAS = {"sign-in": ("authlib",)}  # with cryptography
KEPT_EXTRAS = ("encrypted",)
LEFT_OUT = (
    "dagnet_realtime/__main__.py",
    "dagnet_realtime/cli/",
    "dagnet_realtime/functions/",
    "dagnet_realtime/pytest_plugin.py",
    "dagnet_realtime/samples/",
    "dagnet_realtime/streams/",
    "dagnet_realtime/web/alone/",
    "dagnet_realtime/web/static/extension/",
    "dagnet_realtime/web/static/shop/",
)
_VERSION = re.compile(r"^Version: (.+)$", re.MULTILINE)
_REQUIRED = re.compile(r"^Requires-Dist: ([A-Za-z0-9._-]+)(.*)$")


def lean(wheel: Path, folder: Path) -> Path:
    """Writes the lean wheel of `wheel` into `folder`, and returns its path."""
    with zipfile.ZipFile(wheel) as whole:
        (metadata,) = (name for name in whole.namelist() if name.endswith(".dist-info/METADATA"))
        info = metadata.partition("/")[0]
        (version,) = _VERSION.findall(whole.read(metadata).decode())
        renamed = info.replace(version, f"{version}+{LABEL}")
        files = {
            name.replace(info, renamed): whole.read(name)
            for name in whole.namelist()
            if not name.startswith(LEFT_OUT)
            and name not in (f"{info}/RECORD", f"{info}/entry_points.txt")
        }
    described = f"{renamed}/METADATA"
    files[described] = _metadata(files[described].decode(), version).encode()
    record = f"{renamed}/RECORD"
    sums = [f"{name},sha256={_digest(held)},{len(held)}" for name, held in files.items()]
    files[record] = "\n".join([*sums, f"{record},,", ""]).encode()
    made = folder / wheel.name.replace(version, f"{version}+{LABEL}")
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(made, "w") as written:
        for name, held in files.items():
            entry = zipfile.ZipInfo(name, (2020, 2, 2, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            written.writestr(entry, held, zipfile.ZIP_DEFLATED)
    return made


def _metadata(text: str, version: str) -> str:
    head, gap, readme = text.partition("\n\n")
    lines: list[str] = []
    for line in head.splitlines():
        found = _REQUIRED.match(line)
        if found is not None:
            name, rest = found.groups()
            extra = next((one for one in KEPT_EXTRAS if f"extra == '{one}'" in rest), None)
            if extra is not None or ("extra ==" not in rest and name in REQUIRED):
                lines.append(line)
            elif "extra ==" not in rest:
                lines += [f"{line}; extra == '{one}'" for one in EXTRAS if name in EXTRAS[one]]
        elif not line.startswith("Provides-Extra: ") or line.split()[1] in KEPT_EXTRAS:
            lines.append(line.replace(f"Version: {version}", f"Version: {version}+{LABEL}"))
    lines += [f"Provides-Extra: {one}" for one in EXTRAS]
    return "\n".join(lines) + gap + readme


def _digest(held: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(held).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    dist = Path(__file__).parent.parent / "dist"
    print(lean(dist / f"dagnet_realtime-{__version__}-py3-none-any.whl", dist / LABEL))
