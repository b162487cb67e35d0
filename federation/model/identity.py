"""An issuer's subject, as our tokens and revocations name it: never its text, which may be long or personal."""

import json
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from federation.model.revocation import RevocationKey, RevocationTarget

OCTETS = 16
"""To find another subject of the same issuer with the same name takes 2^128 tries."""


@lru_cache(maxsize=1024)
def identity_of(issuer: str, subject: str) -> str:
    """22 characters. `issuer`: id of the Issuer document; `subject`: the `sub` that it vouched for."""
    digest = sha256(json.dumps([issuer, subject]).encode()).digest()[:OCTETS]
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def subject_key(issuer: str, identity: str) -> RevocationKey:
    """What revokes it. The id of a document has no colon, so two of these never meet."""
    return RevocationKey(RevocationTarget.SUBJECT, f"{issuer}:{identity}")


def issuer_in(key: RevocationKey) -> str:
    """Id of the Issuer document whose subject the key names."""
    return key.value.partition(":")[0]
