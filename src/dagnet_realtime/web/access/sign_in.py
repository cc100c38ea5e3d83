"""The sign-in page, which needs no script: a field for an access token, or a link to the identity provider."""

import base64
from hashlib import sha256
from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.asked import Asked
from dagnet_realtime.web.access.local import LocalAccess
from dagnet_realtime.web.access.oidc import ProviderAccess
from dagnet_realtime.web.access.person import Access, Person
from dagnet_realtime.web.access.token import TokenAccess
from dagnet_realtime.web.body import Limits, read_body

PAGE, START, BACK, OUT = "/sign-in", "/sign-in/start", "/sign-in/callback", "/sign-out"
LARGEST = 4096  # bytes of a form
LONGEST_CODE = 4096  # characters that a provider sends back
STYLE = """:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{display:grid;place-items:center;min-height:100vh;margin:0}
main{width:min(24rem,90vw)}input,button,a{display:block;box-sizing:border-box;width:100%;font:inherit;padding:.6rem .8rem;margin:.5rem 0;
border-radius:.4rem;border:1px solid GrayText;text-align:center}input{text-align:left}[role=alert]{border-left:3px solid #c33;
padding-left:.7rem}"""
SECURITY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def open_paths(access: Access) -> frozenset[tuple[str, str]]:
    """The methods and paths that somebody who is not signed in must reach."""
    match access:
        case TokenAccess():
            return frozenset({("GET", PAGE), ("POST", PAGE)})
        case ProviderAccess():
            return frozenset({("GET", PAGE), ("GET", START), ("GET", BACK)})
        case _:
            return frozenset()


def sign_in_routes(access: Access, audit: Audit) -> list[Route]:
    """The routes that the mode of access has: to sign in where there is a page for it, to sign out where there is a cookie."""
    if isinstance(access, TokenAccess):
        return [*_token_routes(access, audit), _out(access, audit, PAGE)]
    if isinstance(access, ProviderAccess):
        return [*_provider_routes(access, audit), _out(access, audit, PAGE)]
    return [_out(access, audit, "/")] if isinstance(access, LocalAccess) else []


def _token_routes(access: TokenAccess, audit: Audit) -> list[Route]:
    form = (
        f'<form method="post" action="{PAGE}"><label>Access token<input name="token" type="password" autocomplete="off" '
        "required autofocus></label><button>Sign in</button></form>"
    )

    async def shown(_: Request) -> Response:
        return _page(form)

    async def typed(request: Request) -> Response:
        header = request.headers.get
        length = header("content-length", "").encode("latin-1")
        body = await read_body(request.receive, length, b"", LARGEST, Limits().seconds)
        try:
            cookie, person = access.sign_in(parse_qs(body.decode("latin-1"), max_num_fields=5).get("token", [""])[0])
        except (Problem, ValueError) as error:
            problem = error if isinstance(error, Problem) else Problem("invalid", "The form cannot be read")
            audit.note("refused", "", why=problem.code)
            return _page(form, problem)
        audit.note("sign_in", person.name)
        return _entered([cookie])

    return [Route(PAGE, shown, methods=["GET"]), Route(PAGE, typed, methods=["POST"])]


def _provider_routes(access: ProviderAccess, audit: Audit) -> list[Route]:
    link = f'<a href="{START}">Sign in</a>'

    async def shown(_: Request) -> Response:
        return _page(link)

    async def begin(_: Request) -> Response:
        try:
            address, cookie = await access.begin()
        except Problem as problem:
            return _page(link, problem)
        answer = RedirectResponse(address, 303)
        answer.headers["set-cookie"] = cookie
        return answer

    async def back(request: Request) -> Response:
        state, code = (request.query_params.get(name, "")[:LONGEST_CODE] for name in ("state", "code"))
        try:
            cookies, person = await access.finish(request.scope["asked"], state, code)
        except Problem as problem:
            audit.note("refused", "", why=problem.code)
            return _page(link, problem)
        audit.note("sign_in", person.name)
        return _entered(cookies)

    return [Route(PAGE, shown, methods=["GET"]), Route(START, begin, methods=["GET"]), Route(BACK, back, methods=["GET"])]


def _out(access: LocalAccess | TokenAccess | ProviderAccess, audit: Audit, then: str) -> Route:
    async def out(request: Request) -> Response:
        asked: Asked = request.scope["asked"]
        person: Person = request.scope["person"]
        audit.note("sign_out", person.name)
        answer = RedirectResponse(then, 303)
        answer.headers["set-cookie"] = access.sign_out(asked)
        return answer

    return Route(OUT, out, methods=["POST"])


def _entered(cookies: list[str]) -> Response:
    answer = RedirectResponse("/", 303)
    for cookie in cookies:
        answer.headers.append("set-cookie", cookie)
    return answer


def _page(inside: str, problem: Problem | None = None) -> Response:
    said = f'<p role="alert">{escape(problem.sentence())}</p>' if problem is not None else ""
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Sign in · DagNet Realtime</title><style>{STYLE}</style><main><h1>DagNet Realtime</h1>{said}{inside}</main></html>"
    )
    status = 200 if problem is None else problem.status
    return HTMLResponse(text, status, {"content-security-policy": SECURITY, "cache-control": "no-store"})
