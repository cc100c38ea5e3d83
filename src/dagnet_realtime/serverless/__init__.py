"""The server for runtimes that live for one request: publishing, storage and start-up within it."""
