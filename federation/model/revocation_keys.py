"""The revocations that a token of ours falls under: all of them follow from what the token itself says."""

import json
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from functools import lru_cache

from federation.model.authorization import Authorization, Link
from federation.model.identity import subject_key
from federation.model.own_claims import OwnClaims, acting_principals
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget

EVERYTHING = RevocationKey(RevocationTarget.ALL, "")
"""Everything that was issued until then."""


def keys_of(own: OwnClaims) -> frozenset[RevocationKey]:
    """Of one of our tokens: revoking any link of the chain behind it, or any party in it, revokes it."""
    return frozenset(
        (
            *_tokens(own.jti, own.transaction, own.chain),
            *_people((own.principal, *own.actors), own.tenant),
            *_named(RevocationTarget.CLIENT, (own.client_id, *(link.client_id for link in own.chain))),
            *_issuers((own.issuer, own.holder_issuer, own.client_issuer), own.chain),
            *subjects_of(own),
            *_named(RevocationTarget.MAPPING, (own.mapping, own.current_actor, *(link.mapping for link in own.chain))),
            EVERYTHING,
        )
    )


def subjects_of(own: OwnClaims) -> Iterator[RevocationKey]:
    """The subjects of issuers who stand behind a token of ours, by whatever principals mappings make of them."""
    return _subjects(((own.issuer, own.identity), (own.holder_issuer, own.holder_identity)), own.chain)


def keys_of_authorized(authorization: Authorization, jti: str) -> frozenset[RevocationKey]:
    """Of the token that is about to be minted: the same that `keys_of` finds in it afterwards."""
    behind, chain = authorization.provenance, authorization.provenance.chain
    return frozenset(
        (
            *_tokens(jti, authorization.transaction, chain),
            *_people((authorization.principal, *acting_principals(authorization.act)), authorization.tenant),
            *_named(RevocationTarget.CLIENT, (authorization.client_id, *(link.client_id for link in chain))),
            *_issuers((behind.issuer, behind.actor_issuer, behind.client_issuer), chain),
            *_subjects(((behind.issuer, behind.identity), (behind.actor_issuer, behind.actor_identity)), chain),
            *_named(
                RevocationTarget.MAPPING, (_id(behind.mapping), _id(behind.actor), *(link.mapping for link in chain))
            ),
            EVERYTHING,
        )
    )


def is_revoked(keys: Iterable[RevocationKey], issued_at: int, revocations: ReadOnly[RevocationKey, Revocation]) -> bool:
    """Whether any revocation covers a token of that age that falls under `keys`: the strictest wins (ATTACKS M9)."""
    return any(key in revocations and revocations[key].covers(issued_at) for key in keys)


@lru_cache(maxsize=2048)
def key_text(key: RevocationKey) -> str:
    """A text that no other key has."""
    return json.dumps([key.what, key.value, key.tenant], separators=(",", ":"))


def key_texts(keys: Collection[RevocationKey]) -> list[str]:
    """`revocation_keys` of a token's record, sorted."""
    return sorted(key_text(key) for key in keys)


def read_key(text: str) -> RevocationKey:
    """The key that `key_text` wrote; raises ValueError."""
    what, value, tenant = json.loads(text)
    return RevocationKey(RevocationTarget(what), value, tenant)


def _tokens(jti: str, transaction: str, chain: Iterable[Link]) -> Iterator[RevocationKey]:
    yield RevocationKey(RevocationTarget.TXN, transaction)
    yield from _named(RevocationTarget.JTI, (jti, *(link.jti for link in chain)))


def _people(principals: Iterable[str], tenant: str | None) -> Iterator[RevocationKey]:
    """A principal may be revoked in its tenant, or wherever it is."""
    for principal in principals:
        yield RevocationKey(RevocationTarget.PRINCIPAL, principal)
        if tenant is not None:
            yield RevocationKey(RevocationTarget.PRINCIPAL, principal, tenant)


def _issuers(own: Iterable[str | None], chain: Iterable[Link]) -> Iterator[RevocationKey]:
    """The issuers that vouched: for the principal, for who acts, and for the client that a token was issued to."""
    before = (issuer for link in chain for issuer in (link.issuer, link.client_issuer))
    return _named(RevocationTarget.ISSUER, (*own, *before))


def _subjects(own: Iterable[tuple[str | None, str | None]], chain: Iterable[Link]) -> Iterator[RevocationKey]:
    """The identities that were vouched for: of the principal, and of every actor."""
    vouched = (*own, *((link.issuer, link.identity) for link in chain))
    return (subject_key(issuer, identity) for issuer, identity in vouched if issuer and identity)


def _named(what: RevocationTarget, values: Iterable[str | None]) -> Iterator[RevocationKey]:
    return (RevocationKey(what, value) for value in values if value)


def _id(versioned: str | None) -> str | None:
    """`id` of `id@version`."""
    return versioned.rpartition("@")[0] if versioned else None
