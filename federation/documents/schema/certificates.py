"""Certificate authorities, and the certificates that they have revoked, in an Issuer document."""

from typing import Annotated

from pydantic import AfterValidator, Field

from federation.documents.schema.patterns import SERIAL, WORDS
from federation.documents.schema.values import distinct
from federation.oauth.errors import InvalidRequest
from federation.verification.x509.authorities import UnusableAuthority, read_authority
from federation.verification.x509.certificates import read_presented
from federation.verification.x509.leaf import check_key


def _authority(pem: str) -> str:
    try:
        read_authority(pem)
    except UnusableAuthority as error:
        raise ValueError(str(error)) from None
    return pem


def check_certificate(pem: str, *, own: bool) -> None:
    """Raises ValueError unless it is one usable certificate: an authority's, or with `own` a client's own."""
    if not own:
        _authority(pem)
        return
    try:
        presented = read_presented(pem)
        check_key(presented.unverified_leaf)
    except InvalidRequest as error:
        raise ValueError(f"not usable: {error.detail}") from None
    if presented.intermediates:
        raise ValueError("several certificates: make each an entry of its own")


Authority = Annotated[str, Field(max_length=16 * 1024), AfterValidator(_authority)]
Authorities = Annotated[
    list[Authority],
    AfterValidator(distinct),
    Field(min_length=1, max_length=16, description="PEM of the authorities that sign its client certificates."),
]
Serial = Annotated[str, Field(pattern=SERIAL, description=WORDS[SERIAL])]
