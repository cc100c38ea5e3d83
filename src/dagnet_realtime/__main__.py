"""Lets `python -m dagnet_realtime` be the same program as `dagnet-realtime`."""

from dagnet_realtime.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
