"""What a request asks a token for: targets, scopes and details, each held to its grammar and a limit."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from federation.oauth.errors import InvalidAuthorizationDetails, InvalidScope, InvalidTarget
from federation.oauth.form import Form, single
from federation.oauth.reasons import Reason
from federation.oauth.strict_json import NotStrictJson, parse_array

MAX_SCOPE = 1024
MAX_TARGETS = 8
MAX_TARGET = 512
MAX_DETAILS = 8
MAX_DETAILS_TEXT = 4096

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_AUDIENCE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def audiences(form: Form) -> tuple[str, ...]:
    """Names of targets (RFC 8693 section 2.1); none may be named. Raises InvalidTarget."""
    named = form.get("audience", ())
    if len(named) > MAX_TARGETS or not all(_is_audience(audience) for audience in named):
        raise InvalidTarget(Reason.TARGET_NOT_GRANTED, "malformed or too many audiences")
    return named


def _is_audience(audience: str) -> bool:
    return len(audience) <= MAX_TARGET and _AUDIENCE.fullmatch(audience) is not None


def resources(form: Form) -> tuple[str, ...]:
    """URLs of targets (RFC 8707 section 2); none may be named. Raises InvalidTarget."""
    named = form.get("resource", ())
    if len(named) > MAX_TARGETS or not all(_is_resource(resource) for resource in named):
        raise InvalidTarget(Reason.MALFORMED_TARGET)
    return named


def _is_resource(resource: str) -> bool:
    """An absolute https URL without fragment (RFC 8707 section 2) or user information.

    Or http on this machine: only a laptop's documents may name such a target.
    """
    url = _split(resource)
    return (
        url is not None
        and _is_audience(resource)
        and (url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOOPBACK))
        and bool(url.hostname)
        and "@" not in url.netloc
        and "#" not in resource
    )


def _split(resource: str) -> SplitResult | None:
    try:
        return urlsplit(resource)
    except ValueError:
        return None


def scopes(form: Form) -> tuple[str, ...] | None:
    """Each once, in the order of the request (RFC 6749 section 3.3); None: none is named. Raises InvalidScope."""
    scope = single(form, "scope")
    if scope is None:
        return None
    if len(scope) > MAX_SCOPE or not _SCOPE.fullmatch(scope):
        raise InvalidScope(Reason.MALFORMED_SCOPE)
    return tuple(dict.fromkeys(scope.split(" ")))


def authorization_details(form: Form) -> tuple[Mapping[str, Any], ...]:
    """A JSON array of objects, each with a `type` (RFC 9396 section 2); empty: not sent.

    Raises InvalidAuthorizationDetails.
    """
    text = single(form, "authorization_details")
    if text is None:
        return ()
    details = _array(text)
    if not 1 <= len(details) <= MAX_DETAILS or not all(_is_detail(detail) for detail in details):
        raise InvalidAuthorizationDetails(Reason.MALFORMED_DETAILS)
    return tuple(details)


def _array(text: str) -> list[Any]:
    if len(text) > MAX_DETAILS_TEXT:
        raise InvalidAuthorizationDetails(Reason.MALFORMED_DETAILS)
    try:
        return parse_array(text.encode())
    except NotStrictJson as error:
        raise InvalidAuthorizationDetails(Reason.MALFORMED_DETAILS, str(error)) from error


def _is_detail(detail: object) -> bool:
    return isinstance(detail, dict) and isinstance(detail.get("type"), str) and bool(detail["type"])
