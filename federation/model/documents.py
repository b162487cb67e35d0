"""Stored documents -> trust values. Documents are kept in the form in which people write them (DESIGN section 4)."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct, field

from federation.model.confirmation import confirmed_issuer, is_pending
from federation.model.document_form import check_form
from federation.model.document_values import (
    client,
    flag,
    match_value,
    members,
    optional_text,
    rate_limit,
    seconds,
    seconds_or_none,
    sequence,
    text,
    texts,
)
from federation.model.history import Change
from federation.model.json import JsonObject
from federation.model.policy import Policy, Zone
from federation.model.trust import (
    Audience,
    Client,
    DetailType,
    EventStream,
    Grant,
    Issuer,
    IssuerKeys,
    Kind,
    Lives,
    Mapping,
)
from federation.oauth.identifiers import AT_JWT

DEFAULT_ALGORITHMS = ("RS256", "ES256")
DEFAULT_MAX_TOKEN_AGE = "1h"
DEFAULT_MAX_TTL = "5m"
DEFAULT_MAX_STALE = "4h"
DEFAULT_PUSHED_MAX_AGE = "30d"

_T = TypeVar("_T")


class CorruptDocument(Exception):
    """A stored document does not have the form that every write is checked for; it must not be used."""


class StoredDocument(Struct, frozen=True, eq=False):
    """A document as it lies in the trust table."""

    kind: Kind
    id: str
    version: int
    body: JsonObject
    since: int = 1
    """The version with which it began: 1, or the first after a deletion. The trust table says so, never a writer."""
    change: Change | None = None
    """Who wrote it, when and why, as the trust table says; None: it does not say."""
    lives: Lives = field(default_factory=dict)
    """The documents that it names."""

    def __eq__(self, other: object) -> bool:
        """The same document, without its author."""
        return isinstance(other, StoredDocument) and self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash((self.kind, self.id, self.version))

    def _compared(self) -> tuple[object, ...]:
        return self.kind, self.id, self.version, self.body, self.since


def decode_issuer(document: StoredDocument) -> Issuer:
    """Raises CorruptDocument."""
    return _decode(document, _issuer)


def decode_mapping(document: StoredDocument) -> Mapping:
    """Raises CorruptDocument."""
    return _decode(document, _mapping)


def decode_audience(document: StoredDocument) -> Audience:
    """Raises CorruptDocument."""
    return _decode(document, _audience)


def decode_client(document: StoredDocument) -> Client:
    """Raises CorruptDocument."""
    return _decode(document, lambda stored: client(stored.id, stored.version, stored.body, stored.since, stored.lives))


def decode_policy(document: StoredDocument) -> Policy:
    """Raises CorruptDocument."""
    return _decode(document, _policy)


def decode_zone(document: StoredDocument) -> Zone:
    """Raises CorruptDocument."""
    return _decode(document, _zone)


def _decode(document: StoredDocument, build: Callable[[StoredDocument], _T]) -> _T:
    try:
        check_form(document.kind, document.body)
        return build(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorruptDocument(f"{document.kind} {document.id} version {document.version}: {error!r}") from error


def _issuer(document: StoredDocument) -> Issuer:
    body = document.body
    return Issuer(
        id=document.id,
        version=document.version,
        provider=text(body["provider"]),
        issuer=text(body["issuer"]),
        audiences=texts(body.get("audiences", ())),
        keys=_keys(members(body.get("keys", {"discovery": True}))),
        algorithms=texts(body.get("algorithms", DEFAULT_ALGORITHMS)),
        max_token_age=seconds(text(body.get("max_token_age", DEFAULT_MAX_TOKEN_AGE))),
        single_use=flag(body.get("single_use", False)),
        enabled=_enabled(body),
        tenant=optional_text(body.get("tenant")),
        revoked=frozenset(_serial(serial) for serial in texts(body.get("revoked", ()))),
        max_stale=seconds_or_none(text(body.get("max_stale", DEFAULT_MAX_STALE))),
        max_auth_age=seconds(text(body["max_auth_age"])) if "max_auth_age" in body else None,
        since=document.since,
        audience_claim=optional_text(body.get("audience_claim")),
        other_audiences=texts(body.get("other_audiences", ())),
        ignored_header_members=frozenset(texts(body.get("ignored_header_members", ()))),
        environments=texts(body["environments"]) if "environments" in body else None,
        rate_limit=rate_limit(body),
        events=_events(members(body["events"])) if "events" in body else None,
    )


def _events(events: JsonObject) -> EventStream:
    return EventStream(frozenset(texts(events["types"])), optional_text(events.get("audience")))


def _keys(keys: JsonObject) -> IssuerKeys:
    sources = keys.keys() - ({"jwks", "pushed_max_age"} if "pushed" in keys else ())
    if len(sources) != 1:
        raise ValueError("exactly one source of keys")
    return IssuerKeys(
        discovery=flag(keys.get("discovery", False)),
        jwks_uri=optional_text(keys.get("jwks_uri")),
        jwks=members(keys["jwks"]) if "jwks" in keys else None,
        pushed=flag(keys.get("pushed", False)),
        pushed_max_age=seconds(text(keys.get("pushed_max_age", DEFAULT_PUSHED_MAX_AGE))),
        certificates=texts(keys.get("certificates", ())),
        caller_identity=flag(keys.get("caller_identity", False)),
    )


def _serial(text: str) -> int:
    """Hex, with or without colons: no spelling of a revoked certificate may let it pass."""
    return int(text.replace(":", ""), 16)


def _mapping(document: StoredDocument) -> Mapping:
    body = document.body
    match = members(body["match"])
    return Mapping(
        id=document.id,
        version=document.version,
        issuer=text(body["issuer"]),
        match=tuple((path, match_value(value)) for path, value in match.items()),
        principal=text(body["principal"]),
        grants=tuple(_grant(members(grant)) for grant in sequence(body["grants"])),
        attributes={name: text(value) for name, value in members(body.get("attributes", {})).items()},
        may_act=texts(body.get("may_act", ())),
        enabled=_enabled(body),
        confirmed_for=confirmed_issuer(body),
        since=document.since,
        lives=document.lives,
    )


def _grant(grant: JsonObject) -> Grant:
    return Grant(
        audience=text(grant["audience"]),
        scopes=texts(grant["scopes"]),
        default_scopes=texts(grant.get("default_scopes", ())),
        max_ttl=seconds(text(grant["max_ttl"])) if "max_ttl" in grant else None,
        trim=flag(grant.get("trim", False)),
        authorization_details=texts(grant.get("authorization_details", ())),
    )


def _audience(document: StoredDocument) -> Audience:
    body = document.body
    return Audience(
        id=document.id,
        version=document.version,
        scopes=texts(body["scopes"]),
        max_ttl=seconds(text(body.get("max_ttl", DEFAULT_MAX_TTL))),
        resource=optional_text(body.get("resource")),
        environment=optional_text(body.get("environment")),
        tenant=optional_text(body.get("tenant")),
        token_format=text(body.get("token_format", "jwt")),
        token_audience=text(body.get("token_audience", "id")),
        token_typ=text(body.get("token_typ", AT_JWT)),
        sender_constraint=text(body.get("sender_constraint", "none")),
        enabled=_enabled(body),
        introspection=texts(body.get("introspection", ())),
        authorization_details=tuple(
            _detail_type(members(detail)) for detail in sequence(body.get("authorization_details", ()))
        ),
        since=document.since,
        lives=document.lives,
    )


def _detail_type(detail: JsonObject) -> DetailType:
    return DetailType(
        type=text(detail["type"]),
        fields={name: texts(values) for name, values in members(detail["fields"]).items()},
        required=texts(detail.get("required", ())),
    )


def _enabled(body: JsonObject) -> bool:
    return flag(body.get("enabled", True)) and not is_pending(body)


def _policy(document: StoredDocument) -> Policy:
    body = document.body
    return Policy(
        id=document.id,
        version=document.version,
        cedar=text(body["cedar"]),
        tenant=optional_text(body.get("tenant")),
        enabled=flag(body.get("enabled", True)),
    )


def _zone(document: StoredDocument) -> Zone:
    body = document.body
    return Zone(document.id, document.version, texts(body["cidrs"]), flag(body.get("enabled", True)))
