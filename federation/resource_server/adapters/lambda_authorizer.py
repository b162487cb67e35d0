"""API Gateway: a ready Lambda authorizer, for HTTP APIs (simple responses) and for REST APIs (a policy).

Its function needs three settings in its environment and no code of yours: docs/services.md has the SAM snippet.

    FEDERATION_ISSUER    the bridge's URL
    FEDERATION_AUDIENCE  who the API is
    FEDERATION_SCOPE     that every request takes; without it: any good token for this API
    SERVICE_URL          of the API as callers know it; without it, tokens that are bound to a DPoP key are refused

Keep `AuthorizerResultTtlInSeconds: 0`. API Gateway would else answer for a revoked token, and for a used proof.
"""

import os
from collections.abc import Mapping
from typing import Any

from federation.oauth.errors import InsufficientScope, OAuthError, TemporarilyUnavailable
from federation.resource_server.adapters.lambda_request import read_request
from federation.resource_server.claims import Claims
from federation.resource_server.gate import Gate, Request
from federation.resource_server.requirement import Requirement
from federation.resource_server.verifier import Verifier

Event = Mapping[str, Any]


class Unauthorized(Exception):
    """API Gateway's own word for 401."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class Authorizer:
    """Decides for one API."""

    def __init__(self, gate: Gate, requirement: Requirement) -> None:
        self._gate = gate
        self._requirement = requirement

    def __call__(self, event: Event, context: object = None) -> dict[str, Any]:
        """The answer in the form that the event asks for.

        Raises Unauthorized for a REST API, which makes 401 of it, and TemporarilyUnavailable, of which API Gateway
        makes 500: nothing is let in then.
        """
        del context
        if event.get("version") == "2.0":
            return self._simple(event)
        return self._policy(event)

    def _simple(self, event: Event) -> dict[str, Any]:
        try:
            claims = self._gate.admit(read_request(event), self._requirement)
        except TemporarilyUnavailable:
            raise
        except OAuthError:
            return {"isAuthorized": False}
        return {"isAuthorized": True, "context": _context(claims)}

    def _policy(self, event: Event) -> dict[str, Any]:
        request = _token_request(event) if event.get("type") == "TOKEN" else read_request(event)
        try:
            claims = self._gate.admit(request, self._requirement)
        except (TemporarilyUnavailable, InsufficientScope) as refusal:
            if isinstance(refusal, TemporarilyUnavailable):
                raise
            return {"principalId": "nobody", "policyDocument": _document("Deny", event["methodArn"])}
        except OAuthError:
            raise Unauthorized from None
        allowed = _document("Allow", event["methodArn"])
        return {"principalId": claims.principal, "policyDocument": allowed, "context": _context(claims)}


def build(environment: Mapping[str, str]) -> Authorizer:
    """The authorizer of an environment; raises KeyError for a setting that is missing."""
    verifier = Verifier(
        environment["FEDERATION_ISSUER"],
        environment["FEDERATION_AUDIENCE"],
        max_stale=float(environment.get("FEDERATION_MAX_STALE", "0")),
        background=False,
    )
    gate = Gate(verifier, url=environment.get("SERVICE_URL"))
    return Authorizer(gate, Requirement(environment.get("FEDERATION_SCOPE") or None))


def __getattr__(name: str) -> Authorizer:
    """`handler`, made during the init phase of the function and never where the module is only imported."""
    if name != "handler":
        raise AttributeError(name)
    handler = globals()["handler"] = build(os.environ)
    return handler


def _token_request(event: Event) -> Request:
    """A TOKEN authorizer sees one header: neither a proof nor a certificate, so bound tokens are refused."""
    arn_path = str(event["methodArn"]).split("/")
    return Request(arn_path[2] if len(arn_path) > 2 else "GET", "/", (str(event["authorizationToken"]),))  # noqa: PLR2004


def _document(effect: str, resource: str) -> dict[str, Any]:
    """For this very method and path."""
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _context(claims: Claims) -> dict[str, str]:
    """For the integration: text alone, as API Gateway takes it."""
    told = {
        "sub": claims.principal,
        "client_id": claims.client,
        "scope": " ".join(sorted(claims.scopes)),
        "jti": claims.jti,
        "txn": claims.txn,
        "tenant": claims.tenant,
        "actor": claims.actor,
    }
    return {name: value for name, value in told.items() if value}
