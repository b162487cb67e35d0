"""Which keys and algorithms a client may sign its assertions with (FAPI 2.0 Security Profile section 5.4.1)."""

from federation.model.json import JsonObject
from federation.oauth.identifiers import ASSERTION_ALGORITHMS
from federation.verification.algorithms import ALGORITHMS
from federation.verification.jwk import SIG, VerificationKey
from federation.verification.jwk_set import read_every_key


def unfit_for_assertions(jwks: JsonObject) -> str | None:
    """Why a client cannot use this set of public keys; None: it can. Raises KeysUnfit for what is no such set."""
    keys = read_every_key(jwks)
    if keys.authorities:
        return "authorities of certificates (use: x509-svid) sign no assertions; leave them out"
    for number, key in enumerate(keys.keys):
        if not may_sign_assertions(key):
            return f"key {number}: assertions are signed with {', '.join(ASSERTION_ALGORITHMS)}, and use is sig"
    return None


def may_sign_assertions(key: VerificationKey) -> bool:
    """Whether it is a key for signatures of that kind, and of nobody else's tokens."""
    fits = any(key.fits(ALGORITHMS[name]) for name in ASSERTION_ALGORITHMS)
    return fits and key.use == SIG and key.issuer is None
