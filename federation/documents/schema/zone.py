"""kind: Zone: a name for networks."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from federation.documents.schema.document import TrustDocument
from federation.documents.schema.values import distinct
from federation.policy.cedar.zones import parse_cidr


def _cidr(text: str) -> str:
    parse_cidr(text)
    return text


Cidr = Annotated[str, AfterValidator(_cidr), Field(description="203.0.113.0/24 or 2001:db8::/32.")]


class ZoneDocument(TrustDocument):
    """Where requests come from, as the gateway saw it; the longest prefix wins."""

    kind: Literal["Zone"]
    cidrs: Annotated[list[Cidr], AfterValidator(distinct), Field(min_length=1, max_length=1000)]
