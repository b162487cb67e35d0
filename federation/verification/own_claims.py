"""What one of our own access tokens says: our signature stands under it, but perhaps that of an older version of us."""

from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence

from federation.model.authorization import Link
from federation.model.binding import Binding
from federation.model.json import Claims, Json, JsonObject
from federation.model.tokens import OwnClaims
from federation.model.trust import DocumentVersion
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

MAX_CHAIN = 4
"""Actors."""


def read_own(claims: Claims, key_set: DocumentVersion) -> OwnClaims:
    """The claims of a token with our signature, each checked all the same: nothing about them is assumed.

    Raises InvalidRequest for a claim that is missing or of another form.
    """
    fed = _object(claims.get("fed"), "fed")
    mapping, mapping_version = _versioned(fed, "mapping")
    current_actor, holder_version = _versioned(fed, "actor") if "act" in claims else (None, 0)
    client, client_version = _versioned(fed, "client") if "client" in fed else (None, 0)
    return OwnClaims(
        jti=_text(claims, "jti"),
        principal=_text(claims, "sub"),
        audiences=_audiences(claims.get("aud")),
        scopes=tuple(_text(claims, "scope").split()),
        transaction=_text(claims, "txn"),
        issuer=_text(fed, "iss"),
        mapping=mapping,
        current_actor=current_actor,
        key_set=key_set,
        client_id=_text(claims, "client_id"),
        registered_client=client,
        mapping_version=mapping_version,
        holder_version=holder_version,
        client_version=client_version,
        issued_at=whole(claims, "iat"),
        holder_issuer=_text(fed, "actor_iss") if "actor_iss" in fed else None,
        chain=tuple(_link(link) for link in _sequence(fed.get("chain", ()), "chain")),
        binding=_binding(_object(claims["cnf"], "cnf")) if "cnf" in claims else None,
        authorization_details=tuple(
            _object(detail, "authorization_details")
            for detail in _sequence(claims.get("authorization_details", ()), "authorization_details")
        ),
        tenant=_text(claims, "tenant") if "tenant" in claims else None,
        environment=_text(claims, "env") if "env" in claims else None,
        context=_texts(_object(claims.get("ctx", {}), "ctx")),
        act=_chain(claims["act"]) if "act" in claims else None,
    )


def _chain(act: Json) -> JsonObject:
    """The `act` claim as it stands, if every link of it names somebody and they are not too many."""
    link: Json = act
    for _ in range(MAX_CHAIN):
        outer = _object(link, "act")
        _text(outer, "sub")
        if "act" not in outer:
            return _object(act, "act")
        link = outer["act"]
    raise InvalidRequest(Reason.MALFORMED_CLAIMS, "act is too deep")


def _link(value: Json) -> Link:
    link = _object(value, "chain")
    return Link(_text(link, "jti"), _text(link, "client"), _text(link, "mapping"), _text(link, "iss"))


def _binding(cnf: JsonObject) -> Binding:
    """Exactly one key, in a way that we know: a binding that is not understood is not dropped."""
    if len(cnf) != 1:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "cnf")
    return Binding(jkt=_text(cnf, "jkt")) if "jkt" in cnf else Binding(x5t_s256=_text(cnf, "x5t#S256"))


def _versioned(fed: JsonObject, name: str) -> tuple[str, int]:
    """`id@version`."""
    id_, _, version = _text(fed, name).rpartition("@")
    if not id_ or not (version.isascii() and version.isdecimal()):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, name)
    return id_, int(version)


def _audiences(aud: Json) -> tuple[str, ...]:
    named = aud if isinstance(aud, list) else [aud]
    audiences = tuple(one for one in named if isinstance(one, str) and one)
    if not audiences or len(audiences) < len(named):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "aud")
    return audiences


def _text(claims: JsonObject, name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, name)
    return value


def _texts(values: JsonObject) -> ReadOnly[str, str]:
    return {name: _text(values, name) for name in values}


def whole(claims: Claims, name: str) -> int:
    """A claim that is a whole number; raises InvalidRequest."""
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, name)
    return value


def _sequence(value: Json, name: str) -> Sequence[Json]:
    if not isinstance(value, list | tuple):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, name)
    return value


def _object(value: Json, name: str) -> JsonObject:
    if not isinstance(value, ReadOnly):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, name)
    return value
