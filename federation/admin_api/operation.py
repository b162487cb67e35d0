"""An operation of the admin API: routing, checking and documentation all follow from it."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal, Protocol, TypeAlias

from msgspec import Struct, field
from pydantic import BaseModel

from federation.admin_api.admin import Admin
from federation.model.json import JsonObject
from federation.oauth.http import HttpRequest

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


class Answer(Struct, frozen=True):
    """A good answer."""

    status: HTTPStatus
    body: JsonObject | None = None
    """None: there is nothing to say."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def rendered(self) -> bytes:
        """The body's bytes."""
        return b"" if self.body is None else json.dumps(self.body, separators=(",", ":")).encode()


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
    """Of other good answers."""
    refusals: Sequence[HTTPStatus] = ()
    """That this operation has beside those that every one has."""
    precondition: bool = False
    """Whether it takes If-Match or If-None-Match."""
    max_body: int = MAX_BODY

    @property
    def takes_body(self) -> bool:
        """Whether a body is read."""
        return self.request is not None

    @property
    def is_action(self) -> bool:
        """Whether asking twice needs an Idempotency-Key to have one effect."""
        return self.method == "POST"
