"""New keys for old: what a push changes, and whether it may (fault F19)."""

from math import inf

from msgspec import Struct

from federation.model.json import Json
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest, TooManyRequests
from federation.oauth.reasons import Reason
from federation.oauth.strict_json import NotStrictJson, parse_object
from federation.verification.algorithms import ALGORITHMS
from federation.verification.held_keys import BETWEEN_REPLACEMENTS
from federation.verification.jwk import SIG, thumbprint, thumbprints
from federation.verification.jwk_set import JwkSet, KeysUnfit, read_every_key
from federation.verification.second_level import shareable


class Successors(Struct, frozen=True):
    """A sound set of public keys, read from the very bytes that were sent."""

    keys: JwkSet
    jwks: str
    """As it will be kept, JSON."""


class Succession(Struct, frozen=True):
    """What a set changes. Keys are named by their thumbprints (RFC 7638)."""

    kept: frozenset[str]
    added: frozenset[str]
    dropped: frozenset[str]

    @property
    def replaces_all(self) -> bool:
        """Whether there were keys, and none of them is left."""
        return bool(self.dropped) and not self.kept


def read_successors(body: bytes, issuer: Issuer) -> Successors:
    """The keys in a body; raises InvalidRequest, whose reason says what is wrong with them."""
    try:
        document = parse_object(body)
        keys = read_every_key(document)
    except NotStrictJson as error:
        raise InvalidRequest(Reason.MALFORMED_KEYS, str(error)) from None
    except KeysUnfit as error:
        raise InvalidRequest(error.reason, str(error)) from None
    if keys.authorities or any(key.use != SIG for key in keys.keys):
        raise InvalidRequest(Reason.UNUSABLE_KEYS, "a key is not for signatures of tokens")
    if not any(key.fits(ALGORITHMS[name]) for key in keys.keys for name in issuer.algorithms):
        raise InvalidRequest(Reason.UNUSABLE_KEYS, "no key fits the issuer's algorithms")
    return Successors(keys, shareable(document))


def compare(trusted: JwkSet | None, successors: JwkSet) -> Succession:
    """What the successors change."""
    before, after = thumbprints(trusted.keys if trusted else ()), thumbprints(successors.keys)
    return Succession(before & after, after - before, before - after)


def check_pace(succession: Succession, replaced_at: float, now: float) -> None:
    """Raises TooManyRequests where an issuer exchanges all of its keys time and again: no reader could follow it."""
    left = replaced_at + BETWEEN_REPLACEMENTS - now
    if succession.replaces_all and replaced_at != -inf and 0 < left <= BETWEEN_REPLACEMENTS:
        raise TooManyRequests(Reason.KEYS_REPLACED_TOO_OFTEN, retry_after=int(left) + 1)


def describe(successors: Successors, succession: Succession) -> dict[str, Json]:
    """For the audit record: whose keys are trusted from then on."""
    keys = successors.keys.keys
    return {
        "keys": [{"kid": key.kid, "thumbprint": thumbprint(key)} for key in keys],
        "keys_added": sorted(succession.added),
        "keys_dropped": sorted(succession.dropped),
        "keys_replaced": succession.replaces_all,
    }
