"""Certificate authorities, and the certificates that they have withdrawn, in an Issuer document."""

from typing import Annotated

from pydantic import AfterValidator, Field

from federation.admin.schema.patterns import SERIAL, WORDS
from federation.admin.schema.values import distinct
from federation.verification.x509.authorities import UnusableAuthority, read_authority


def _authority(pem: str) -> str:
    try:
        read_authority(pem)
    except UnusableAuthority as error:
        raise ValueError(str(error)) from None
    return pem


Authority = Annotated[str, Field(max_length=16 * 1024), AfterValidator(_authority)]
Authorities = Annotated[
    list[Authority],
    AfterValidator(distinct),
    Field(min_length=1, max_length=16, description="PEM of the authorities that sign its client certificates."),
]
Serial = Annotated[str, Field(pattern=SERIAL, description=WORDS[SERIAL])]
