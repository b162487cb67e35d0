"""Names in certificates and tokens by which a client is known: each in its one spelling, since they are compared."""

from ipaddress import ip_address
from typing import Annotated

from cryptography import x509
from pydantic import AfterValidator, Field

from federation.documents.schema.patterns import DNS_NAME, EMAIL_ADDRESS, URI_NAME, WORDS
from federation.verification.spiffe_id import NotSpiffeId, parse_spiffe_id


def _address(text: str) -> str:
    try:
        spelled = str(ip_address(text))
    except ValueError:
        raise ValueError("no IP address") from None
    if spelled != text:
        raise ValueError("write the address in its shortest form")
    return text


def _distinguished_name(text: str) -> str:
    try:
        spelled = x509.Name.from_rfc4514_string(text).rfc4514_string()
    except ValueError:
        raise ValueError("no distinguished name (RFC 4514)") from None
    if spelled != text:
        raise ValueError("write it as RFC 4514 has it: CN=api,OU=payments,O=Acme")
    return text


def _workload(text: str) -> str:
    try:
        parse_spiffe_id(text)
    except NotSpiffeId as error:
        raise ValueError(f"no SPIFFE ID of a workload: {error}") from None
    return text


UriName = Annotated[str, Field(pattern=URI_NAME, description=WORDS[URI_NAME])]
DnsName = Annotated[str, Field(pattern=DNS_NAME, description=WORDS[DNS_NAME])]
EmailAddress = Annotated[str, Field(pattern=EMAIL_ADDRESS, description=WORDS[EMAIL_ADDRESS])]
IpAddress = Annotated[str, AfterValidator(_address)]
SubjectName = Annotated[
    str,
    AfterValidator(_distinguished_name),
    Field(min_length=1, max_length=512, description="The whole subject (RFC 4514), attributes in this order."),
]
SpiffeId = Annotated[str, AfterValidator(_workload), Field(max_length=2048)]
