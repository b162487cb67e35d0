"""A POST with a form body, read strictly (RFC 6749 section 3.2)."""

import re
from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from federation.oauth.errors import InvalidRequest, MethodNotAllowed
from federation.oauth.http import HttpRequest
from federation.oauth.identifiers import FORM
from federation.oauth.reasons import Reason


def check_post(http: HttpRequest) -> None:
    """Raises MethodNotAllowed or InvalidRequest for what is none, or could be read in two ways.

    API Gateway joins a repeated header with a comma, which neither of these may hold: never take the first.
    """
    if http.method != "POST":
        raise MethodNotAllowed(Reason.METHOD_NOT_ALLOWED)
    if http.query:
        raise InvalidRequest(Reason.PARAMETERS_IN_QUERY)
    if any("," in http.headers.get(name, "") for name in ("authorization", "content-type")):
        raise InvalidRequest(Reason.DUPLICATE_HEADER)


Form: TypeAlias = Mapping[str, tuple[str, ...]]
"""Parameter name -> its values in order of appearance; empty values are left out (RFC 6749 section 3.2)."""

MAX_BODY = 64 * 1024
MAX_PARAMETERS = 64
REPEATABLE = frozenset({"audience", "resource"})

_CONTENT_TYPE = re.compile(rf"{re.escape(FORM)}(?:\s*;\s*charset=\"?utf-8\"?)?", re.IGNORECASE)
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def parse_form(body: bytes, content_type: str) -> Form:
    """The parameters of a body; raises InvalidRequest for anything that two readers could read differently."""
    if not _CONTENT_TYPE.fullmatch(content_type.strip()):
        raise InvalidRequest(Reason.UNSUPPORTED_CONTENT_TYPE)
    if len(body) > MAX_BODY:
        raise InvalidRequest(Reason.BODY_TOO_LARGE, status=413)
    pairs = [pair for pair in body.split(b"&") if pair]
    if len(pairs) > MAX_PARAMETERS:
        raise InvalidRequest(Reason.TOO_MANY_PARAMETERS)
    return _collect([_parse_pair(pair) for pair in pairs])


def _parse_pair(pair: bytes) -> tuple[str, str]:
    name, _, value = pair.partition(b"=")
    return _decode(name), _decode(value)


def _decode(encoded: bytes) -> str:
    if _BAD_ESCAPE.search(encoded):
        raise InvalidRequest(Reason.MALFORMED_BODY, "bad percent escape")
    try:
        text = unquote_to_bytes(encoded.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidRequest(Reason.MALFORMED_BODY, "not UTF-8") from None
    if _CONTROL.search(text):
        raise InvalidRequest(Reason.MALFORMED_BODY, "control character")
    return text


def _collect(pairs: list[tuple[str, str]]) -> Form:
    form: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    for name, value in pairs:
        if name in seen and name not in REPEATABLE:
            raise InvalidRequest(Reason.DUPLICATE_PARAMETER)
        seen.add(name)
        if value:
            form[name] = (*form.get(name, ()), value)
    return form


def single(form: Form, name: str) -> str | None:
    """The value of a parameter that is not repeated; None: it is not there."""
    values = form.get(name)
    return values[0] if values else None
