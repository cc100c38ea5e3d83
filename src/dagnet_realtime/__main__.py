"""The program, as `dagnet-realtime` and as `python -m dagnet_realtime`."""

import sys

from dagnet_realtime.cli.interrupts import Interrupts


def main() -> int:
    """Runs the command line.

    `expect` hears signals from here on, as its report must be written even if one comes while the
    commands are loaded. Once it has ended, none changes its exit code.
    """
    interrupts = Interrupts()
    if sys.argv[1:2] == ["expect"]:
        interrupts.start()
    from dagnet_realtime.cli.main import main as run

    try:
        return run()
    finally:
        interrupts.ignore()


if __name__ == "__main__":
    raise SystemExit(main())
