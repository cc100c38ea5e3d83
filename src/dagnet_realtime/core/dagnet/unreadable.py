"""Why a file cannot be read at all."""


class Unreadable(Exception):
    """Carries a clause that follows the file's name: "… is not UTF-8"."""
