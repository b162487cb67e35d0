"""THE codec of our own tokens' claims (RFC 9068, RFC 8693): what is minted, read, introspected and audited of them.

To add a claim: a field of TokenTerms and its value in `federation.policy.build_authorization`; the rest is here.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as ReadOnly

from msgspec import Struct, field

from federation.model.authorization import Link, Provenance, TokenTerms
from federation.model.binding import Binding
from federation.model.json import Claims, Json, JsonObject
from federation.model.trust import DocumentVersion
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

MAX_CHAIN = 4
"""Actors."""
INTROSPECTED = (
    *("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"),
    *("act", "cnf", "txn", "tenant", "env", "ctx", "authorization_details"),
)
"""Claims that a resource server needs; `fed` and `status` are about us and for offline verifiers."""


def acting_principals(act: Json) -> Iterator[str]:
    """Every `sub` of an `act` claim, the current actor first (RFC 8693 section 4.1)."""
    while act is not None and isinstance(act, ReadOnly):
        yield str(act["sub"])
        act = act.get("act")


class OwnClaims(Struct, frozen=True):
    """What one of our own tokens says, as we minted it: the ground for a narrower one."""

    jti: str
    principal: str
    """`sub`: never computed again, whatever its mapping says by now."""
    audiences: tuple[str, ...]
    scopes: tuple[str, ...]
    transaction: str
    """`txn`"""
    issuer: str
    """`fed.iss`: id of the Issuer document that vouched for the principal."""
    mapping: str
    """`fed.mapping`: id of the root mapping, which made the principal."""
    current_actor: str | None
    """`fed.actor`: id of the current actor's mapping; None: no actor, the token is the principal's."""
    key_set: DocumentVersion
    """The key set that had the signing key."""
    client_id: str = ""
    """The registered client that it was issued to, or the principal or actor where there was none."""
    registered_client: str | None = None
    """`client_id`, where it is a registered client's."""
    mapping_version: int = 0
    """Of the root mapping, when the principal was made; 0, which no document has: it is not known."""
    holder_version: int = 0
    """Of the current actor's mapping, likewise."""
    client_version: int = 0
    """Of the registered client, likewise."""
    identity: str | None = None
    """`fed.sub`: whom `issuer` vouched for (`federation.model.identity`)."""
    holder_identity: str | None = None
    """`fed.actor_sub`: whom `holder_issuer` vouches for, likewise."""
    client_issuer: str | None = None
    """`fed.client_iss`: id of the Issuer document by whose keys that client was authenticated; None: by its own."""
    issued_at: int = 0
    holder_issuer: str | None = None
    """`fed.actor_iss`: id of the Issuer document that vouches for the current actor."""
    chain: tuple[Link, ...] = ()
    """`fed.chain`: the tokens of ours that it was made from, oldest first."""
    binding: Binding | None = None
    """`cnf`"""
    authorization_details: tuple[JsonObject, ...] = ()
    tenant: str | None = None
    environment: str | None = None
    context: ReadOnly[str, str] = field(default_factory=dict)
    act: JsonObject | None = None

    @property
    def actors(self) -> tuple[str, ...]:
        """Every principal that acts, the current one first."""
        return tuple(acting_principals(self.act))


def build_claims(authorization: TokenTerms, issuer: str, jti: str, status: Json = None) -> dict[str, Json]:
    """The claims set; optional members that have no value are left out. `status`: where to look for a revocation."""
    claims: dict[str, Json] = {
        "iss": issuer,
        "sub": authorization.principal,
        "aud": _audience(authorization.token_audiences or authorization.audiences),
        "exp": authorization.expires_at,
        "iat": authorization.issued_at,
        "jti": jti,
        "client_id": authorization.client_id,
        "scope": " ".join(authorization.scopes),
        "txn": authorization.transaction,
        "fed": _fed(authorization.provenance),
    }
    optional: dict[str, Json] = {
        "tenant": authorization.tenant,
        "env": authorization.environment,
        "ctx": dict(authorization.context),
        "act": authorization.act,
        "cnf": authorization.binding.claim if authorization.binding else None,
        "authorization_details": list(authorization.authorization_details),
        "status": status,
    }
    return claims | _present(optional)


def _fed(provenance: Provenance) -> dict[str, Json]:
    """`fed`: what a later exchange, a revocation or an auditor needs to know about where the token comes from."""
    optional: dict[str, Json] = {
        "sub": provenance.identity,
        "actor": provenance.actor,
        "actor_iss": provenance.actor_issuer,
        "actor_sub": provenance.actor_identity,
        "client": provenance.client,
        "client_iss": provenance.client_issuer,
        "chain": [_link_claim(link) for link in provenance.chain],
    }
    return {
        "iss": provenance.issuer,
        "mapping": provenance.mapping,
        "decision": provenance.decision,
        **_present(optional),
    }


def _link_claim(link: Link) -> Json:
    known: dict[str, Json] = {"jti": link.jti, "client": link.client_id, "mapping": link.mapping, "iss": link.issuer}
    return known | _present({"client_iss": link.client_issuer, "sub": link.identity})


def _present(members: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in members.items() if value}


def _audience(audiences: tuple[str, ...]) -> Json:
    """Text for the one audience of an ordinary token, a list for several (RFC 7519 section 4.1.3)."""
    return audiences[0] if len(audiences) == 1 else list(audiences)


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
        client_issuer=_optional(fed, "client_iss"),
        identity=_optional(fed, "sub"),
        holder_identity=_optional(fed, "actor_sub"),
        issued_at=whole(claims, "iat"),
        holder_issuer=_optional(fed, "actor_iss"),
        chain=tuple(_link(link) for link in _sequence(fed.get("chain", ()), "chain")),
        binding=_binding(_object(claims["cnf"], "cnf")) if "cnf" in claims else None,
        authorization_details=tuple(
            _object(detail, "authorization_details")
            for detail in _sequence(claims.get("authorization_details", ()), "authorization_details")
        ),
        tenant=_optional(claims, "tenant"),
        environment=_optional(claims, "env"),
        context=_texts(_object(claims.get("ctx", {}), "ctx")),
        act=_chain(claims["act"]) if "act" in claims else None,
    )


def _chain(act: Json) -> JsonObject:
    """The `act` claim as it stands, if every link of it names an actor and they are not too many."""
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
    return Link(
        jti=_text(link, "jti"),
        client_id=_text(link, "client"),
        mapping=_text(link, "mapping"),
        issuer=_text(link, "iss"),
        client_issuer=_optional(link, "client_iss"),
        identity=_optional(link, "sub"),
    )


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


def _optional(claims: JsonObject, name: str) -> str | None:
    return _text(claims, name) if name in claims else None


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


def describe_terms(authorization: TokenTerms) -> dict[str, Json]:
    """For the audit record: what was decided, and on which versions of which documents."""
    return {
        "client_id": authorization.client_id,
        "audience": list(authorization.audiences),
        "scope": list(authorization.scopes),
        "issued_at": authorization.issued_at,
        "expires_at": authorization.expires_at,
        "txn": authorization.transaction,
        "act": authorization.act,
        "cnf": authorization.binding.claim if authorization.binding else None,
        "authorization_details": list(authorization.authorization_details),
        "approval": authorization.approval,
        **({"approved_by": authorization.approved_by} if authorization.approved_by else {}),
        "chain": [link.jti for link in authorization.provenance.chain],
        "decision": authorization.provenance.decision,
        "policies": list(authorization.policies),
        "documents": {f"{ref.kind}/{ref.id}": version for ref, version in authorization.documents},
    }
