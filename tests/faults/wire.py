"""A wire between a process and Redis that can be cut: silently, as when a cable is pulled, or with a reset."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator


class Wire:
    """Forwards TCP to `port` from a port of its own, in a thread of its own."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._open: asyncio.Event
        self._ends: set[asyncio.StreamWriter] = set()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0
        self._thread.start()
        assert self._listening.wait(5)

    def cut(self) -> None:
        """From here on nothing passes, and neither end is notified."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def reset(self) -> None:
        """Ends every connection at once."""
        self._loop.call_soon_threadsafe(self._end)

    def mend(self) -> None:
        """Passes again, also what was held back."""
        self._loop.call_soon_threadsafe(self._open.set)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _end(self) -> None:
        for writer in self._ends:
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._open = asyncio.Event()
        self._open.set()
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        self._loop.run_forever()
        server.close()
        self._end()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        try:
            await self._open.wait()
            with contextlib.suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
                self._ends.add(far_writer)
                await asyncio.wait(
                    [
                        asyncio.ensure_future(self._pass(reader, far_writer)),
                        asyncio.ensure_future(self._pass(far_reader, writer)),
                    ],
                    return_when=asyncio.FIRST_COMPLETED,
                )
                far_writer.transport.abort()
                self._ends.discard(far_writer)
        finally:
            writer.transport.abort()
            self._ends.discard(writer)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65536):
                await self._open.wait()
                writer.write(chunk)
                await writer.drain()


@contextlib.contextmanager
def wire(port: int) -> Iterator[Wire]:
    """A wire for the time of the context."""
    made = Wire(port)
    try:
        yield made
    finally:
        made.close()
