"""What arrives with a request, read strictly: its query, its preconditions and its body."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from federation.admin_api.operation import AdminRequest, Operation
from federation.admin_api.refusals import AdminRefusal, invalid, stale
from federation.documents.form import problem_of
from federation.documents.source import SourceDocument
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.oauth.strict_json import NotStrictJson, parse_object

MAX_QUERY = 4096

_JSON = re.compile(r"application/json(?:\s*;\s*charset=\"?utf-8\"?)?", re.IGNORECASE)
_ETAG = re.compile(r'"([1-9][0-9]{0,11})"')
_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
"""Anybody's (RFC 9110 section 8.8.3)."""


def read_query(http: HttpRequest, operation: Operation) -> Mapping[str, str]:
    """The declared parameters that were sent, each once and of its form; raises AdminRefusal."""
    if not http.query:
        return {}
    try:
        pairs = parse_qsl(http.query[: MAX_QUERY + 1], keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        raise _bad_query() from None
    known = {parameter.name: parameter.pattern for parameter in operation.query}
    if len(http.query) > MAX_QUERY or len(dict(pairs)) < len(pairs):
        raise _bad_query()
    for name, value in pairs:
        if name not in known or not re.fullmatch(known[name], value):
            raise _bad_query(name if name in known else "")
    return dict(pairs)


def read_body(http: HttpRequest, operation: Operation) -> Any:  # noqa: ANN401 (what the operation declares)
    """The body in the operation's form; raises AdminRefusal."""
    if operation.request is None:
        return None
    if len(http.body) > operation.max_body:
        raise AdminRefusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Reason.REQUEST_TOO_LARGE)
    if not _JSON.fullmatch(http.headers.get("content-type", "").strip()):
        raise AdminRefusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, Reason.JSON_REQUIRED)
    try:
        members = parse_object(http.body)
    except NotStrictJson as error:
        raise AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.JSON_REQUIRED, str(error)) from None
    if operation.document:
        return members
    try:
        return operation.request.model_validate(members)
    except ValidationError as error:
        source = SourceDocument("", members)
        raise invalid([problem_of(source, operation.request, detail) for detail in error.errors()]) from None


def wanted_version(request: AdminRequest) -> int:
    """The version that must be there, 0 for none; raises AdminRefusal: 428, 400, 412 for no ETag of ours."""
    match, none_match = (request.http.headers.get(name) for name in ("if-match", "if-none-match"))
    if match is None and none_match is None:
        raise AdminRefusal(HTTPStatus.PRECONDITION_REQUIRED, Reason.PRECONDITION_REQUIRED)
    etag = _ETAG.fullmatch((match or "").strip())
    if match is None and (none_match or "").strip() == "*":
        return 0
    if none_match is None and etag is not None:
        return int(etag[1])
    if none_match is None and _ENTITY_TAG.fullmatch((match or "").strip()):
        raise stale()
    raise AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.MALFORMED_PRECONDITION)


def etag_of(version: int) -> str:
    """A strong entity tag (RFC 9110 section 8.8.3)."""
    return f'"{version}"'


def _bad_query(explained: str = "") -> AdminRefusal:
    return AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.MALFORMED_QUERY, explained)
