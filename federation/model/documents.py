"""Stored documents -> trust values. Documents are kept in the form in which people write them (DESIGN section 4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from federation.model.confirmation import confirmed_issuer, is_pending
from federation.model.duration import seconds, seconds_or_none
from federation.model.json import JsonObject
from federation.model.policy import Policy, Zone
from federation.model.trust import Audience, Grant, Issuer, IssuerKeys, Kind, Mapping, MatchValue

DEFAULT_ALGORITHMS = ("RS256", "ES256")
DEFAULT_MAX_TOKEN_AGE = "1h"
DEFAULT_MAX_TTL = "5m"
DEFAULT_MAX_STALE = "4h"
DEFAULT_PUSHED_MAX_AGE = "30d"

_T = TypeVar("_T")


class CorruptDocument(Exception):
    """A stored document does not have the form that every write is checked for; it must not be used."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as it lies in the trust table."""

    kind: Kind
    id: str
    version: int
    body: JsonObject
    since: int = 1
    """The version with which it began: 1, or the first after a deletion. The trust table says so, never a writer."""


def decode_issuer(document: StoredDocument) -> Issuer:
    """Raises CorruptDocument."""
    return _decode(document, _issuer)


def decode_mapping(document: StoredDocument) -> Mapping:
    """Raises CorruptDocument."""
    return _decode(document, _mapping)


def decode_audience(document: StoredDocument) -> Audience:
    """Raises CorruptDocument."""
    return _decode(document, _audience)


def decode_policy(document: StoredDocument) -> Policy:
    """Raises CorruptDocument."""
    return _decode(document, _policy)


def decode_zone(document: StoredDocument) -> Zone:
    """Raises CorruptDocument."""
    return _decode(document, _zone)


def _decode(document: StoredDocument, build: Callable[[StoredDocument], _T]) -> _T:
    try:
        return build(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorruptDocument(f"{document.kind} {document.id} version {document.version}: {error!r}") from error


def _issuer(document: StoredDocument) -> Issuer:
    body = document.body
    return Issuer(
        id=document.id,
        version=document.version,
        provider=_text(body["provider"]),
        issuer=_text(body["issuer"]),
        audiences=_texts(body.get("audiences", ())),
        keys=_keys(_object(body.get("keys", {"discovery": True}))),
        algorithms=_texts(body.get("algorithms", DEFAULT_ALGORITHMS)),
        max_token_age=seconds(_text(body.get("max_token_age", DEFAULT_MAX_TOKEN_AGE))),
        single_use=_flag(body.get("single_use", False)),
        enabled=_enabled(body),
        tenant=_optional_text(body.get("tenant")),
        revoked=frozenset(_serial(serial) for serial in _texts(body.get("revoked", ()))),
        max_stale=seconds_or_none(_text(body.get("max_stale", DEFAULT_MAX_STALE))),
        max_auth_age=seconds(_text(body["max_auth_age"])) if "max_auth_age" in body else None,
        since=document.since,
    )


def _keys(keys: JsonObject) -> IssuerKeys:
    sources = keys.keys() - ({"jwks", "pushed_max_age"} if "pushed" in keys else ())
    if len(sources) != 1:
        raise ValueError("exactly one source of keys")
    return IssuerKeys(
        discovery=_flag(keys.get("discovery", False)),
        jwks_uri=_optional_text(keys.get("jwks_uri")),
        jwks=_object(keys["jwks"]) if "jwks" in keys else None,
        pushed=_flag(keys.get("pushed", False)),
        pushed_max_age=seconds(_text(keys.get("pushed_max_age", DEFAULT_PUSHED_MAX_AGE))),
        certificates=_texts(keys.get("certificates", ())),
        caller_identity=_flag(keys.get("caller_identity", False)),
    )


def _serial(text: str) -> int:
    """Hex, with or without colons: no spelling of a withdrawn certificate may let it pass."""
    return int(text.replace(":", ""), 16)


def _mapping(document: StoredDocument) -> Mapping:
    body = document.body
    match = _object(body["match"])
    return Mapping(
        id=document.id,
        version=document.version,
        issuer=_text(body["issuer"]),
        match=tuple((path, _match_value(value)) for path, value in match.items()),
        principal=_text(body["principal"]),
        grants=tuple(_grant(_object(grant)) for grant in _sequence(body["grants"])),
        attributes={name: _text(value) for name, value in _object(body.get("attributes", {})).items()},
        may_act=_texts(body.get("may_act", ())),
        enabled=_enabled(body),
        confirmed_for=confirmed_issuer(body),
    )


def _grant(grant: JsonObject) -> Grant:
    return Grant(
        audience=_text(grant["audience"]),
        scopes=_texts(grant["scopes"]),
        default_scopes=_texts(grant.get("default_scopes", ())),
        max_ttl=seconds(_text(grant["max_ttl"])) if "max_ttl" in grant else None,
    )


def _audience(document: StoredDocument) -> Audience:
    body = document.body
    return Audience(
        id=document.id,
        version=document.version,
        scopes=_texts(body["scopes"]),
        max_ttl=seconds(_text(body.get("max_ttl", DEFAULT_MAX_TTL))),
        resource=_optional_text(body.get("resource")),
        environment=_optional_text(body.get("environment")),
        tenant=_optional_text(body.get("tenant")),
        token_format=_text(body.get("token_format", "jwt")),
        sender_constraint=_text(body.get("sender_constraint", "none")),
        enabled=_enabled(body),
    )


def _enabled(body: JsonObject) -> bool:
    return _flag(body.get("enabled", True)) and not is_pending(body)


def _policy(document: StoredDocument) -> Policy:
    body = document.body
    return Policy(
        id=document.id,
        version=document.version,
        cedar=_text(body["cedar"]),
        tenant=_optional_text(body.get("tenant")),
        enabled=_flag(body.get("enabled", True)),
    )


def _zone(document: StoredDocument) -> Zone:
    body = document.body
    return Zone(document.id, document.version, _texts(body["cidrs"]), _flag(body.get("enabled", True)))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("expected text")
    return value


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("expected true or false")
    return value


def _texts(values: object) -> tuple[str, ...]:
    return tuple(_text(value) for value in _sequence(values))


def _sequence(values: object) -> Sequence[object]:
    if not isinstance(values, list | tuple):
        raise TypeError("expected a list")
    return values


def _object(value: object) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError("expected an object")
    return cast("JsonObject", value)


def _match_value(value: object) -> MatchValue:
    if not isinstance(value, str | int | bool):
        raise TypeError("expected text, a whole number, true or false")
    return value
