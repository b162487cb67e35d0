"""The Authorization header of AWS Signature Version 4, read into its fields.

Form: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements
"""

import re
from typing import ClassVar

from msgspec import Struct

from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.value import Redacted

ALGORITHM = "AWS4-HMAC-SHA256"
MAX_AUTHORIZATION = 1024

_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=(?P<key>[A-Z0-9]{{16,128}})/(?P<date>[0-9]{{8}})/(?P<region>[a-z0-9-]{{1,32}})"
    r"/sts/aws4_request, ?SignedHeaders=(?P<signed>[a-z0-9-]+(?:;[a-z0-9-]+)*), ?Signature=(?P<signature>[0-9a-f]{64})"
)
_TEMPORARY = "ASIA"
"""How the key ids of temporary credentials begin (IAM user guide, Unique identifiers)."""


class UnverifiedAuthorization(Redacted, Struct, frozen=True):
    """Who claims to have signed what, of which nothing is proven yet."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"signature"})

    access_key_id: str
    date: str
    """YYYYMMDD, as in the credential scope."""
    region: str
    signed_headers: tuple[str, ...]
    signature: str

    @property
    def text(self) -> str:
        """The header, written anew."""
        return (
            f"{ALGORITHM} Credential={self.access_key_id}/{self.date}/{self.region}/sts/aws4_request, "
            f"SignedHeaders={';'.join(self.signed_headers)}, Signature={self.signature}"
        )


def read_authorization(text: str) -> UnverifiedAuthorization:
    """The fields of the header; raises InvalidRequest for another form, service or algorithm, and for lasting keys."""
    fields = _AUTHORIZATION.fullmatch(text) if len(text) <= MAX_AUTHORIZATION else None
    if fields is None:
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "Authorization")
    if not fields["key"].startswith(_TEMPORARY):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "signed with the lasting keys of a user or of the root")
    signed = tuple(fields["signed"].split(";"))
    if list(signed) != sorted(set(signed)):
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "SignedHeaders")
    return UnverifiedAuthorization(fields["key"], fields["date"], fields["region"], signed, fields["signature"])
