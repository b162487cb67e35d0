"""An operation of the admin API, and what arrives with a request, read strictly."""

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal, Protocol, TypeAlias
from urllib.parse import parse_qsl

from msgspec import Struct, field
from pydantic import BaseModel, ValidationError

from federation.admin.changes import rfc3339
from federation.admin_api.guard import Admin
from federation.admin_api.models import Shown
from federation.admin_api.refusals import AdminRefusal, invalid, stale
from federation.documents.form import problem_of
from federation.documents.source import SourceDocument
from federation.model.json import Json, JsonObject
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.oauth.strict_json import NotStrictJson, parse_object

MAX_BODY = 1024 * 1024
MAX_SET = 4 * 1024 * 1024
"""Bytes of a set of documents: what Lambda takes as one event, with room for its escapes."""

Method: TypeAlias = Literal["GET", "PUT", "POST", "DELETE"]


class AdminRequest(Struct, frozen=True):
    """A request as an operation sees it: the path fits, the admin has the scope, the body has the form."""

    http: HttpRequest
    admin: Admin
    path: Mapping[str, str] = field(default_factory=dict)
    """What the variables of the template stand for."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Of the parameters that the operation declares; each of the form that it has there."""
    body: Any = None
    """An instance of the operation's model, or the JSON object where it declares none; None: it takes no body."""

    @property
    def correlation_id(self) -> str:
        """Names the request."""
        return self.http.correlation_id

    def facts(self, operation: str, now: float) -> dict[str, Json]:
        """What a record says of how it came about. `now`: seconds since the epoch."""
        return {
            "time": rfc3339(now),
            "correlation_id": self.correlation_id,
            "source_ip": self.http.source_ip,
            "operation": operation,
        }


class Answer(Struct, frozen=True):
    """A good answer."""

    status: HTTPStatus
    body: Shown | JsonObject | None = None
    """An instance of the model that the operation declares, or an object where it declares none; None: no body."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def rendered(self) -> bytes:
        """The body's bytes: of a model the members that were given."""
        if self.body is None:
            return b""
        members = self.body.model_dump(mode="json", exclude_unset=True) if isinstance(self.body, Shown) else self.body
        return json.dumps(members, separators=(",", ":")).encode()


class Handle(Protocol):
    """Does it; raises an OAuthError."""

    def __call__(self, request: AdminRequest, /) -> Answer:
        """The answer."""
        ...


class Parameter(Struct, frozen=True):
    """A parameter of the query, or a variable of the path."""

    name: str
    pattern: str
    """Of the whole value."""
    description: str = ""


class Operation(Struct, frozen=True):
    """One row of a resource's table."""

    method: Method
    path: str
    """Below `/admin/v1`, as `/issuers/{id}`; a variable stands for one segment."""
    scope: str
    """Of the audience federation-admin; empty: for everybody."""
    summary: str
    handle: Handle
    name: str
    """operationId."""
    request: type[BaseModel] | None = None
    response: type[BaseModel] | None = None
    document: bool = False
    """Whether the body is a document as people write it, of the form that `request` says."""
    query: Sequence[Parameter] = ()
    variables: Sequence[Parameter] = ()
    status: HTTPStatus = HTTPStatus.OK
    """Of the ordinary good answer."""
    also: Sequence[HTTPStatus] = ()
    """Of other good answers of the same form."""
    otherwise: Mapping[HTTPStatus, type[BaseModel]] = field(default_factory=dict)
    """Good answers of other forms."""
    refusals: Sequence[HTTPStatus] = ()
    """That this operation has beside those that every one has."""
    precondition: bool = False
    """Whether it takes If-Match or If-None-Match."""
    max_body: int = MAX_BODY

    def answer(self, request: AdminRequest) -> Answer:
        """What `handle` answers, which is of the form that is declared; raises an OAuthError."""
        answer = self.handle(request)
        form = self.otherwise.get(answer.status, self.response) or dict
        if answer.body is not None and type(answer.body) is not form:
            raise TypeError(f"{self.name} answers {type(answer.body).__name__}, and declares {form.__name__}")
        return answer

    @property
    def takes_body(self) -> bool:
        """Whether a body is read."""
        return self.request is not None

    @property
    def is_action(self) -> bool:
        """Whether asking twice needs an Idempotency-Key to have one effect."""
        return self.method == "POST"


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
    known = {parameter.name: parameter for parameter in operation.query}
    if len(http.query) > MAX_QUERY or len(dict(pairs)) < len(pairs):
        raise _bad_query()
    for name, value in pairs:
        if name not in known or not re.fullmatch(known[name].pattern, value):
            raise _bad_query(f"{name}: {known[name].description}" if name in known else "")
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
