"""Paths that an index file gives, held inside the workspace."""


def safe_path(path: str) -> str | None:
    """`path` relative to the workspace's folder, normalised, or None where it leads out of it or to no definition file."""
    if not path or "\\" in path or ":" in path or path.startswith(("/", "~")) or any(ord(sign) < 32 for sign in path):
        return None
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or len(path) > 512 or not path.endswith((".yaml", ".yml")):
        return None
    return "/".join(parts)


def stem(path: str) -> str:
    """The file's name without folder and ending."""
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def in_folder(path: str, folder: str, *endings: str) -> bool:
    """Whether `path` lies flat in `folder` with one of `endings`, and is nobody's scratch file."""
    head, slash, name = path.rpartition("/")
    return bool(slash) and head == folder and name.endswith(endings) and not name.startswith((".", "#", "~"))
