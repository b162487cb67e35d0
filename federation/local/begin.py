"""What `/` answers on a laptop: where to begin. HTML for browsers, JSON for others. A deployment has no such page."""

import json
import shlex
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from msgspec import Struct

from federation.local.requests import NOT_FOUND, GatewayRequest, GatewayResponse, Headers
from federation.oauth.identifiers import GrantType, TokenType
from federation.version import VERSION

BEGIN = "/"
"""Its path."""

_HEADERS: Headers = (
    ("cache-control", "no-store"),
    ("vary", "accept"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
)
_STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{overflow:auto}"


class ToTry(Struct, frozen=True):
    """A file with a token, renewed while the bridge runs."""

    title: str
    file: Path
    audience: str
    once: bool
    """Whether its issuer's document says `single_use`."""
    command: str
    """Exchanges it at the bridge of the variable FEDBRIDGE_URL; for a POSIX shell."""


class BeginPage(Struct, frozen=True):
    """Says what can be tried. It shows names of files, and nothing that is in them."""

    url: str
    issuer: str
    tokens: Sequence[ToTry] = ()
    admin_token_file: Path | None = None

    def answer(self, request: GatewayRequest) -> GatewayResponse:
        """GET and HEAD alone."""
        if request.method not in ("GET", "HEAD"):
            return NOT_FOUND
        if "text/html" in request.header("accept"):
            return _response("text/html; charset=utf-8", self._html())
        return _response("application/json", json.dumps(self.members(), indent=1))

    def members(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "name": "federation-bridge",
            "version": VERSION,
            "issuer": self.issuer,
            **{name: self.url + path for name, path in _PLACES.items()},
            "environment": self._environment(),
            "begin": self.first_command(),
            "tokens": [_token(token) for token in self.tokens],
        }

    def first_command(self) -> str:
        """An exchange by curl; for a shell in the folder where the bridge was started."""
        if not self.tokens:
            return "fedbridge serve --trust examples/trust --demo-tokens demo-tokens --admin-token-file admin.token"
        first = self.tokens[0]
        form = (("grant_type", GrantType.TOKEN_EXCHANGE), ("subject_token_type", TokenType.JWT))
        fixed = " ".join(f"-d {name}={value.value}" for name, value in form)
        file = shlex.quote(str(first.file))
        return f'curl -s {self.url}/token {fixed} -d audience={first.audience} -d subject_token="$(cat {file})"'

    def _environment(self) -> dict[str, str]:
        admin = {"FEDBRIDGE_TOKEN_FILE": str(self.admin_token_file)} if self.admin_token_file else {}
        return {"FEDBRIDGE_URL": self.url, **admin}

    def _html(self) -> str:
        export = "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in self._environment().items())
        places = "".join(f'<li><a href="{path}">{path}</a></li>' for path in _PLACES.values() if path != "/token")
        return (
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>federation-bridge</title>\n'
            f"<style>{_STYLE}</style></head><body>\n<h1>federation-bridge {VERSION}, on this laptop</h1>\n"
            f"<p>Bring a token of your own identity provider to <code>POST {escape(self.url)}/token</code>; "
            f"get a short-lived one that works at one audience. {self._about_tokens()}</p>\n"
            f"<pre>{escape(self.first_command())}</pre>\n"
            f"<h2>Every token</h2>\n<pre>{escape(export)}</pre>\n<dl>{''.join(map(_row, self.tokens))}</dl>\n"
            f"<h2>What is published</h2>\n<ul>{places}</ul>\n"
            "<p>What to read next: <code>README.md</code>, then <code>docs/README.md</code> in the sources.</p>\n"
            "</body></html>\n"
        )

    def _about_tokens(self) -> str:
        return "Begin with:" if self.tokens else "This bridge has no tokens to try; one that has is started by:"


_PLACES = {
    "token_endpoint": "/token",
    "jwks_uri": "/.well-known/jwks.json",
    "metadata": "/.well-known/oauth-authorization-server",
    "errors": "/.well-known/errors.html",
    "health": "/health",
}


def _token(token: ToTry) -> dict[str, Any]:
    return {
        "title": token.title,
        "file": str(token.file),
        "audience": token.audience,
        "single_use": token.once,
        "command": token.command,
    }


def _row(token: ToTry) -> str:
    once = "; each is accepted once" if token.once else ""
    about = f"<b>{escape(token.title)}</b>, for <code>{escape(token.audience)}</code>{once}"
    return f"<dt>{about}</dt><dd><pre>{escape(token.command)}</pre></dd>\n"


def _response(content_type: str, text: str) -> GatewayResponse:
    return GatewayResponse(200, text.encode(), (("content-type", content_type), *_HEADERS))
