"""private_key_jwt: a JWT that the client has signed for us alone (RFC 7523, OpenID Connect Core 1.0 section 9)."""

from typing import Protocol

from federation.authentication.assertion_claims import MAX_LIFETIME, check_assertion
from federation.authentication.assertion_keys import may_sign_assertions
from federation.authentication.proof import Proof
from federation.model.trust import Client, Issuer, IssuerKeys
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import ASSERTION_ALGORITHMS
from federation.oauth.reasons import Reason
from federation.ports import Clock
from federation.verification.algorithms import SignatureAlgorithm, allowed_algorithm
from federation.verification.compact import UnverifiedJwt
from federation.verification.held_keys import ResolvedKey

TYPS = frozenset({"jwt", "client-authentication+jwt"})
"""`typ`, where there is one: a JWT of another slot is none for this one (ATTACKS L8)."""
AS_ISSUER = "(client)"
"""Provider of a client as an issuer of assertions; no document can have it."""


class Keys(Protocol):
    """Public keys between requests."""

    def resolve(self, issuer: Issuer, kid: str | None, algorithm: SignatureAlgorithm) -> ResolvedKey:
        """The key that signed; raises InvalidRequest, or TemporarilyUnavailable where keys are not to be had."""
        ...


class PrivateKeyJwt:
    """Verifies assertions."""

    def __init__(self, keys: Keys, clock: Clock, issuer_url: str) -> None:
        """`issuer_url`: ours, the only audience."""
        self._keys = keys
        self._clock = clock
        self._issuer_url = issuer_url

    def prove(self, client: Client, jwt: UnverifiedJwt) -> Proof:
        """That the client signed; raises InvalidRequest, or TemporarilyUnavailable without its keys."""
        header = jwt.unverified_header
        if header.typ is not None and header.typ.lower() not in TYPS:
            raise InvalidRequest(Reason.WRONG_TOKEN_TYP, "not a client assertion")
        algorithm = allowed_algorithm(header.alg, ASSERTION_ALGORITHMS)
        key = self._keys.resolve(as_issuer(client), header.kid, algorithm).key
        if not may_sign_assertions(key):
            raise InvalidRequest(Reason.UNUSABLE_KEY, "not for assertions")
        if not algorithm.verify(key.public_key, jwt.signing_input, jwt.signature):
            raise InvalidRequest(Reason.BAD_SIGNATURE)
        claims = jwt.unverified_claims  # verified by now
        return Proof(one_time=(check_assertion(claims, client.id, self._issuer_url, self._clock.now()),))


def as_issuer(client: Client) -> Issuer:
    """Whose keys are asked for, filed under a name that no Issuer document can have (ATTACKS B5)."""
    name = f"client:{client.id}"
    return Issuer(
        id=name,
        version=client.version,
        provider=AS_ISSUER,
        issuer=name,
        audiences=(),
        keys=IssuerKeys(jwks=client.auth.jwks, jwks_uri=client.auth.jwks_uri),
        algorithms=ASSERTION_ALGORITHMS,
        max_token_age=MAX_LIFETIME,
        tenant=client.tenant,
    )
