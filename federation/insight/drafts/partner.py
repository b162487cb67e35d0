"""The Issuer and the Mapping that let in the identity of one token, with what was asked for and nothing more."""

import re
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from msgspec import Struct

from federation.documents.checks.guard_rails import trusts_too_many
from federation.documents.schema.issuer import IssuerDocument
from federation.insight.drafts.pins import Pin, pins_of
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.confirmation import as_written
from federation.model.document_values import seconds
from federation.model.documents import DEFAULT_ALGORITHMS, DEFAULT_MAX_TOKEN_AGE
from federation.model.json import Claims, Json, JsonObject
from federation.model.trust import DocumentRef, Issuer, Kind
from federation.value import Redacted
from federation.verification.algorithms import ALGORITHMS
from federation.verification.claims_table import audiences_of
from federation.verification.providers import provider_named
from federation.verification.shapes import MARKS
from federation.verification.shared_issuers import owner_of

ANY = "oidc"
"""The provider of issuers that no other provider owns."""
_UNFIT = re.compile(r"[^a-z0-9-]+")
_A_DAY = 86_400
LONG = 28
"""Characters of a name within an id."""


class Shown(Redacted, Struct, frozen=True):
    """What a partner showed, and what an admin wants it to reach."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"claims"})

    claims: Claims
    audience: str
    scopes: tuple[str, ...]
    issuer: str = ""
    """URL or trust domain; empty: the claim `iss`."""
    provider: str = ""
    """Empty: whose issuer or claims these are."""
    algorithm: str = ""
    """That the token is signed with; empty: it is not known."""
    principal: str = ""
    tenant: str = ""
    pins: tuple[str, ...] | None = None
    """Claim paths; None: those that the provider asks for."""

    @property
    def url(self) -> str:
        """Of whom the documents believe."""
        iss = self.claims.get("iss")
        return self.issuer or (iss if isinstance(iss, str) else "")


class Drafted(Struct, frozen=True):
    """Documents, and what stands in them why."""

    provider: str
    known_issuer: str | None
    """Id of the Issuer that is there already; None: one is drafted."""
    documents: tuple[JsonObject, ...]
    pins: tuple[Pin, ...]
    problem: str | None
    """Why these pins let in more than one owner can answer for; None: they do not."""


def draft(snapshot: Snapshot, shown: Shown, own_issuer: str) -> Drafted:
    """`own_issuer`: our URL. Writes nothing; what it drafts is checked when it is planned."""
    known = next((one for one in snapshot.issuers() if one.issuer == shown.url), None)
    issuer = _known(snapshot, known) if known else _issuer(snapshot, shown, own_issuer, _tenant(snapshot, shown))
    believed = IssuerDocument.model_construct(
        provider=issuer["provider"], issuer=issuer["issuer"], audiences=issuer.get("audiences", [])
    )
    pins = pins_of(believed, shown.claims, shown.pins)
    match = {pin.path: pin.value for pin in pins if pin.pinned}
    mapping = _mapping(snapshot, shown, str(issuer["id"]), pins)
    return Drafted(
        provider=str(issuer["provider"]),
        known_issuer=known.id if known else None,
        documents=(mapping,) if known else (issuer, mapping),
        pins=pins,
        problem=trusts_too_many(match, believed),
    )


def _known(snapshot: Snapshot, issuer: Issuer) -> JsonObject:
    body = snapshot.body(issuer.document.ref) or {}
    return {**as_written(body), "provider": issuer.provider, "issuer": issuer.issuer}


def provider_of(url: str, claims: Claims) -> str:
    """Whose issuer it is, or whose claims; the plain one where no other knows them."""
    owner = owner_of(url)
    if owner is not None:
        return owner.name
    if url.startswith("spiffe://"):
        return "spiffe"
    marked = next((name for name, marks in MARKS.items() if claims.keys() >= marks), None)
    return marked or ANY


def _tenant(snapshot: Snapshot, shown: Shown) -> str:
    """Whose the identity is: the admin's, or else that of what it shall reach."""
    owned = (one.tenant or "" for one in snapshot.audiences() if one.id == shown.audience)
    return shown.tenant or next(owned, "")


def _issuer(snapshot: Snapshot, shown: Shown, own_issuer: str, tenant: str) -> dict[str, Json]:
    provider = shown.provider or provider_of(shown.url, shown.claims)
    host = urlsplit(shown.url).hostname or shown.url
    members: dict[str, Json] = {
        "kind": Kind.ISSUER.value,
        "id": free_id(snapshot, Kind.ISSUER, host),
        **({"tenant": tenant} if tenant else {}),
        "provider": provider,
        "issuer": shown.url,
    }
    return {**members, **_audiences(shown.claims, own_issuer), **_unusual(shown, provider)}


def _audiences(claims: Claims, own_issuer: str) -> dict[str, Json]:
    """A token that was not made for our own URL says for whom."""
    named = [one for one in audiences_of(claims) if isinstance(one, str)]
    return {"audiences": [named[0]]} if named and own_issuer not in named else {}


def _unusual(shown: Shown, provider: str) -> dict[str, Json]:
    """What this token has that the provider's Issuer does not take by itself."""
    preset = provider_named(provider).preset
    usual = preset.algorithms or DEFAULT_ALGORITHMS
    algorithm: Json = [shown.algorithm] if shown.algorithm in ALGORITHMS and shown.algorithm not in usual else None
    exp, iat = shown.claims.get("exp"), shown.claims.get("iat")
    life = int(exp - iat) if isinstance(exp, int) and isinstance(iat, int) else 0
    longest = seconds(preset.max_token_age or DEFAULT_MAX_TOKEN_AGE)
    age: Json = f"{life}s" if longest < life <= _A_DAY else None
    return {name: value for name, value in (("algorithms", algorithm), ("max_token_age", age)) if value}


def _mapping(snapshot: Snapshot, shown: Shown, issuer: str, pins: Sequence[Pin]) -> JsonObject:
    pinned = [pin for pin in pins if pin.pinned]
    named = str(pinned[0].value) if pinned else "identity"
    id_ = free_id(snapshot, Kind.MAPPING, f"{issuer[:LONG]}-{named[:LONG]}")
    return {
        "kind": Kind.MAPPING.value,
        "id": id_,
        "issuer": issuer,
        "match": {pin.path: pin.value for pin in pinned},
        "principal": shown.principal or f"partner/{issuer}/{_word(named)}",
        "grants": [{"audience": shown.audience, "scopes": list(shown.scopes)}],
    }


def free_id(snapshot: Snapshot, kind: Kind, text: str) -> str:
    """A document id that is like `text`, and no document's that can be seen."""
    wanted = _word(text)
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, 100)))
    return next(name for name in names if DocumentRef(kind, name) not in snapshot.documents)


def _word(text: str) -> str:
    return _UNFIT.sub("-", text.lower()).strip("-")[:56].strip("-") or "new"
