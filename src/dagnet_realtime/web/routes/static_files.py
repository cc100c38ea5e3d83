"""The static files of the interface, compressed once and find_old_asset in memory."""

import gzip
import os
from collections.abc import Callable
from mimetypes import guess_type
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.asgi import Receive, Scope, Send, auth_request_of
from dagnet_realtime.web.auth.local import LocalAuthenticator
from dagnet_realtime.web.auth.request import Authenticator
from dagnet_realtime.web.middleware import SHOP_PATH as SHOP
from dagnet_realtime.web.openapi import HTML, Operation, Parameter, ResponseSpec
from dagnet_realtime.web.routes.sign_in import PAGE, entered, open_paths

FOLDER = Path(__file__).parent.parent / "static"
MAX_FILES = 200  # in memory
MIN_COMPRESSED_BYTES = 1024  # smaller files are sent plain
COMPRESSIBLE = (".js", ".css", ".html", ".svg", ".json", ".map", ".wasm", ".txt", ".webmanifest")
ASSETS = "/assets/"
IMMUTABLE = "public, max-age=31536000, immutable"
TAP = "/tap.js"  # pages of other origins load it
UNBUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>DagNet Realtime</title>
<h1>The interface is not built</h1><p>The server runs, but this copy of DagNet Realtime was
installed without its interface. Run <code>make build</code> in the source folder, then reload this
page.</p></html>"""
SPENT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>DagNet Realtime</title>
<h1>This link has been used</h1><p>A link signs one browser in, once. Go back to the browser in
which it was opened first, or run <code>dagnet-realtime link</code> on this machine for a new one,
and open it or <a href="/sign-in">paste it</a>.</p></html>"""


ROOT = Operation(
    method="GET",
    path="/",
    operation_id="interface",
    tag="Interface",
    summary="The interface",
    description="Its files are open to all: they contain no data.",
    security="none",
    parameters=(Parameter("key", str, "In the mode `local` the key of the one-time link"),),
    responses={
        200: ResponseSpec("The page", str, HTML),
        303: ResponseSpec(
            "On to the page, or to the sign-in page", headers={"location": "Where to"}
        ),
        401: ResponseSpec("A page that says that the link has been used", str, HTML),
    },
)
SCRIPT = Operation(
    method="GET",
    path=TAP,
    operation_id="tap",
    tag="Interface",
    summary="The tap, for pages of any origin",
    security="none",
    responses={200: ResponseSpec("The script", str, "text/javascript")},
    problems=("not_found",),
)
STATIC_OPERATIONS = (ROOT, SCRIPT)


class StaticFiles:
    """Serves `folder`, with the demo's shop only if `shop`.

    A name under `assets/` contains a hash of the file, so browsers may cache it for ever.
    `find_old_asset` finds an asset of another build by its name, for pages from before an upgrade
    or from another process.
    """

    def __init__(
        self,
        access: Authenticator,
        folder: Path = FOLDER,
        *,
        shop: bool = False,
        find_old_asset: Callable[[str], Path | None] = lambda _: None,
    ) -> None:
        self._access = access
        self._files = Files(folder)
        self._shop = shop
        self._find_old_asset = find_old_asset
        self._packed: dict[tuple[str, int], tuple[bytes, bytes | None]] = {}

    def has(self, path: str) -> bool:
        """Whether `path` is `/` or a static file."""
        return path == "/" or self._file(path) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a path without a route; raises HTTPException."""
        request = Request(scope)
        if not self.has(request.url.path):
            raise HTTPException(404)
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        answer = (
            await self._root(request)
            if request.url.path == "/"
            else self._served(request, request.url.path)
        )
        await answer(scope, receive, send)

    async def _root(self, request: Request) -> Response:
        """`/`; in the mode `local` also `/?key=…`, which signs in and redirects without the key."""
        key = request.query_params.get("key")
        if key is None or not isinstance(self._access, LocalAuthenticator):
            if await self._must_sign_in(request):
                return RedirectResponse(PAGE, 303)
            shown = (
                self._served(request, "/index.html") if self.has("/index.html") else _html(UNBUILT)
            )
            if isinstance(self._access, LocalAuthenticator) and (
                cookie := await self._access.renewed(auth_request_of(request.scope))
            ):
                shown.headers["set-cookie"] = cookie
            return shown
        try:
            entry = await self._access.sign_in(key, auth_request_of(request.scope))
        except Problem:
            return _html(SPENT, 401)
        return entered(entry, "./")

    async def _must_sign_in(self, request: Request) -> bool:
        """Whether the mode has a sign-in page and the request has no valid sign-in.

        In the mode `local` the page itself finds out: a browser that comes from another site sends
        the cookie only with the page's own requests.
        """
        if isinstance(self._access, LocalAuthenticator) or not open_paths(self._access):
            return False
        try:
            await self._access.person(auth_request_of(request.scope))
        except Problem as problem:
            return problem.code == "unauthorized"
        return False

    def _served(self, request: Request, path: str) -> Response:
        plain, packed = self._load(path)
        headers = {
            "cache-control": IMMUTABLE if path.startswith(ASSETS) else "no-cache",
            "vary": "accept-encoding",
        }
        if path == TAP:
            headers["cross-origin-resource-policy"] = "cross-origin"
        body = plain
        if packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            body = packed
            headers["content-encoding"] = "gzip"
        return Response(body, headers=headers, media_type=_type(path))

    def _file(self, path: str) -> Path | None:
        if path.startswith(SHOP) and not self._shop:
            return None
        if path == SHOP:
            path += "index.html"
        file = self._files.find(path)
        if file is not None:
            return file
        return self._find_old_asset(path.removeprefix(ASSETS)) if path.startswith(ASSETS) else None

    def _load(self, path: str) -> tuple[bytes, bytes | None]:
        """The file, plain and compressed; read again if a build has replaced it."""
        file = self._file(path)
        if file is None:
            raise HTTPException(404)
        try:
            key = (path, file.stat().st_mtime_ns)
            if key not in self._packed:
                plain = file.read_bytes()
                worth = len(plain) >= MIN_COMPRESSED_BYTES and path.endswith(COMPRESSIBLE)
                if len(self._packed) >= MAX_FILES:
                    self._packed.clear()
                self._packed[key] = (plain, gzip.compress(plain, 6, mtime=0) if worth else None)
        except OSError:  # a build has taken it away since
            raise HTTPException(404) from None
        return self._packed[key]


class Files:
    """The files in `folder` by their paths, read again when a build has changed a folder.

    Requested paths are looked up here and never reach the file system.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read()

    def find(self, path: str) -> Path | None:
        """The file at `path`, which begins with a slash."""
        found = self._files.get(path)
        if found is None and any(
            _changed(folder) != as_of for folder, as_of in self._folders.items()
        ):
            self._read()
            found = self._files.get(path)
        return found

    def _read(self) -> None:
        self._files: dict[str, Path] = {}
        self._folders = {self._folder: _changed(self._folder)}
        for place, folders, files in os.walk(self._folder):
            here = Path(place)
            self._folders |= {here / name: _changed(here / name) for name in folders}
            for name in files:
                file = here / name
                self._files["/" + file.relative_to(self._folder).as_posix()] = file


def _changed(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def _type(path: str) -> str:
    return "text/html" if path == SHOP else guess_type(path)[0] or "application/octet-stream"


def _html(body: bytes, status: int = 200) -> Response:
    return Response(body, status, {"cache-control": "no-store"}, media_type="text/html")
