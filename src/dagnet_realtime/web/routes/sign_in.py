"""The sign-in page, which works without scripts, and the routes to sign in and out."""

import base64
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.asgi import auth_request_of, person_of
from dagnet_realtime.web.auth.local import BrowserCredentials, LocalAuthenticator
from dagnet_realtime.web.auth.provider import OidcAuthenticator
from dagnet_realtime.web.auth.request import Authenticator
from dagnet_realtime.web.auth.token import TokenAuthenticator
from dagnet_realtime.web.body import BodyLimits, read_body
from dagnet_realtime.web.openapi import (
    FORM,
    HTML,
    Operation,
    OperationRoute,
    Parameter,
    ResponseSpec,
)

PAGE, START, BACK, OUT = "/sign-in", "/sign-in/start", "/sign-in/callback", "/sign-out"
LARGEST = 4096  # bytes of a form
LONGEST_CODE = 4096  # characters that a provider sends back
STYLE = """:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{display:grid;place-items:center;min-height:100vh;margin:0}main{width:min(24rem,90vw)}
input,button,a{display:block;box-sizing:border-box;width:100%;font:inherit;padding:.6rem .8rem;
margin:.5rem 0;border-radius:.4rem;border:1px solid GrayText;text-align:center}
input{text-align:left}[role=alert]{border-left:3px solid #c33;padding-left:.7rem}"""
_STYLE_HASH = base64.b64encode(sha256(STYLE.encode()).digest()).decode()
SECURITY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class SignInForm(msgspec.Struct, frozen=True):
    """The sign-in page's form: an access token, a one-time link or the key of a link."""

    token: str


_IN = {
    303: ResponseSpec(
        "Signed in: on to the interface",
        headers={"location": "Where to", "set-cookie": "The sign-in"},
    )
}
_SAID = ResponseSpec("The page, and why not", str, HTML)

SHOWN = Operation(
    method="GET",
    path=PAGE,
    operation_id="sign_in_page",
    tag="Access",
    summary="The sign-in page",
    description="In the modes `local`, `token` and `oidc`.",
    security="none",
    responses={200: ResponseSpec("A page that needs no script", str, HTML)},
)
TYPED = Operation(
    method="POST",
    path=PAGE,
    operation_id="sign_in",
    tag="Access",
    summary="Sign in with an access token, or with a one-time link",
    description="In the modes `token` and `local`.",
    security="none",
    request_body={FORM: SignInForm},
    responses={**_IN, **dict.fromkeys((400, 401), _SAID)},
    problems=("too_large",),
)
BEGUN = Operation(
    method="GET",
    path=START,
    operation_id="sign_in_start",
    tag="Access",
    summary="To the identity provider",
    description="In the mode `oidc`.",
    security="none",
    responses={
        303: ResponseSpec(
            "On to the provider", headers={"location": "Where to", "set-cookie": "The attempt"}
        ),
        503: _SAID,
    },
)
CAME_BACK = Operation(
    method="GET",
    path=BACK,
    operation_id="sign_in_callback",
    tag="Access",
    summary="Back from the identity provider",
    description="In the mode `oidc`.",
    security="none",
    parameters=(
        Parameter("state", str, "As we sent it"),
        Parameter("code", str, "What the provider gave"),
    ),
    responses={**_IN, **dict.fromkeys((401, 403, 503), _SAID)},
)
LEFT = Operation(
    method="POST",
    path=OUT,
    operation_id="sign_out",
    tag="Access",
    summary="Sign out",
    description="In the modes that have cookies: `local`, `token` and `oidc`.",
    responses={
        303: ResponseSpec(
            "Signed out", headers={"location": "Where to", "set-cookie": "Deletes the sign-in"}
        )
    },
)
SIGN_IN_OPERATIONS = (SHOWN, TYPED, BEGUN, CAME_BACK, LEFT)


def open_paths(access: Authenticator) -> frozenset[tuple[str, str]]:
    """The methods and paths that must work without a sign-in."""
    match access:
        case TokenAuthenticator() | LocalAuthenticator():
            return frozenset({("GET", PAGE), ("POST", PAGE)})
        case OidcAuthenticator():
            return frozenset({("GET", PAGE), ("GET", START), ("GET", BACK)})
        case _:
            return frozenset()


def sign_in_routes(access: Authenticator, audit: Audit) -> list[OperationRoute]:
    """The routes of the authentication mode; none in the mode `proxy`."""
    if isinstance(access, TokenAuthenticator):
        return [*_token_routes(access, audit), _out(access, audit, PAGE)]
    if isinstance(access, OidcAuthenticator):
        return [*_provider_routes(access, audit), _out(access, audit, PAGE)]
    return (
        [*_local_routes(access, audit), _out(access, audit, "/")]
        if isinstance(access, LocalAuthenticator)
        else []
    )


def _local_routes(access: LocalAuthenticator, audit: Audit) -> list[OperationRoute]:
    form = (
        "<p>Run <code>dagnet-realtime link</code> on this machine, and open what it prints in this "
        "browser, or paste it here.</p>"
        f'<form method="post" action="{PAGE}"><label>One-time link'
        '<input name="token" type="password" autocomplete="off" required autofocus></label>'
        "<button>Sign in</button></form>"
    )

    async def shown(_: Request) -> Response:
        return _page(form)

    async def typed(request: Request) -> Response:
        try:
            entry = await access.sign_in(
                _key_of(await _typed(request)), auth_request_of(request.scope)
            )
        except (Problem, ValueError) as error:
            return _refused(form, error, audit)
        audit.record("sign_in", "local")
        return entered(entry, "/")

    return [OperationRoute(SHOWN, shown), OperationRoute(TYPED, typed)]


def _key_of(text: str) -> str:
    """The key of a pasted link, or the text itself."""
    return parse_qs(urlsplit(text).query).get("key", [text])[0]


def entered(entry: BrowserCredentials, then: str) -> Response:
    """Redirects after a link was used. The page's secret is in the fragment, which stays local."""
    answer = RedirectResponse(f"{then}#page={entry.page}" if entry.page else then, 303)
    if entry.cookie:
        answer.headers["set-cookie"] = entry.cookie
    return answer


async def _typed(request: Request) -> str:
    """The value of the form's field; raises `Problem` or ValueError."""
    length = request.headers.get("content-length", "").encode("latin-1")
    body = await read_body(request.receive, length, b"", LARGEST, BodyLimits().seconds)
    return parse_qs(body.decode("latin-1"), max_num_fields=5).get("token", [""])[0].strip()


def _refused(form: str, error: Problem | ValueError, audit: Audit) -> Response:
    problem = error if isinstance(error, Problem) else Problem("invalid", "The form cannot be read")
    audit.record("refused", "", why=problem.code)
    return _page(form, problem)


def _token_routes(access: TokenAuthenticator, audit: Audit) -> list[OperationRoute]:
    form = (
        f'<form method="post" action="{PAGE}"><label>Access token'
        '<input name="token" type="password" autocomplete="off" required autofocus></label>'
        "<button>Sign in</button></form>"
    )

    async def shown(_: Request) -> Response:
        return _page(form)

    async def typed(request: Request) -> Response:
        try:
            cookie, person = access.sign_in(await _typed(request), request.headers.get("host", ""))
        except (Problem, ValueError) as error:
            return _refused(form, error, audit)
        audit.record("sign_in", person.name)
        return _went_in([cookie])

    return [OperationRoute(SHOWN, shown), OperationRoute(TYPED, typed)]


def _provider_routes(access: OidcAuthenticator, audit: Audit) -> list[OperationRoute]:
    link = f'<a href="{START}">Sign in</a>'

    async def shown(_: Request) -> Response:
        return _page(link)

    async def begin(request: Request) -> Response:
        try:
            address, cookie = await access.begin(request.headers.get("host", ""))
        except Problem as problem:
            return _page(link, problem)
        answer = RedirectResponse(address, 303)
        answer.headers["set-cookie"] = cookie
        return answer

    async def back(request: Request) -> Response:
        state, code = (
            request.query_params.get(name, "")[:LONGEST_CODE] for name in ("state", "code")
        )
        try:
            cookies, person = await access.finish(auth_request_of(request.scope), state, code)
        except Problem as problem:
            audit.record("refused", "", why=problem.code)
            return _page(link, problem)
        audit.record("sign_in", person.name)
        return _went_in(cookies)

    return [
        OperationRoute(SHOWN, shown),
        OperationRoute(BEGUN, begin),
        OperationRoute(CAME_BACK, back),
    ]


def _out(
    access: LocalAuthenticator | TokenAuthenticator | OidcAuthenticator, audit: Audit, then: str
) -> OperationRoute:
    async def out(request: Request) -> Response:
        auth = auth_request_of(request.scope)
        person = person_of(request.scope)
        answer = RedirectResponse(then, 303)
        answer.headers["set-cookie"] = await access.sign_out(auth)
        audit.record("sign_out", person.name)
        return answer

    return OperationRoute(LEFT, out)


def _went_in(cookies: list[str]) -> Response:
    answer = RedirectResponse("/", 303)
    for cookie in cookies:
        answer.headers.append("set-cookie", cookie)
    return answer


def _page(inside: str, problem: Problem | None = None) -> Response:
    from html import escape  # takes 5 ms, which only this page should wait for

    said = f'<p role="alert">{escape(problem.sentence())}</p>' if problem is not None else ""
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Sign in · DagNet Realtime</title><style>{STYLE}</style>"
        f"<main><h1>DagNet Realtime</h1>{said}{inside}</main></html>"
    )
    status = 200 if problem is None else problem.status
    # Under `no-referrer` a browser would send the form with `Origin: null`, which is refused.
    headers = {
        "content-security-policy": SECURITY,
        "cache-control": "no-store",
        "referrer-policy": "same-origin",
    }
    return HTMLResponse(text, status, headers)
