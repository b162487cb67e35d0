"""A token that a real issuer gave us."""

from dataclasses import dataclass, field
from typing import Any

import jwt


@dataclass(frozen=True, slots=True)
class ForeignToken:
    """Its text, and for readers of the summary: who issued it, and how we came by it."""

    issuer: str
    what: str
    text: str = field(repr=False)

    @property
    def kind(self) -> str:
        """What its header says."""
        try:
            header = self.header
        except jwt.DecodeError:
            return "opaque"
        return f"{header['alg']} {header.get('typ', 'no typ')}"

    @property
    def header(self) -> dict[str, Any]:
        return jwt.get_unverified_header(self.text)

    @property
    def claims(self) -> dict[str, Any]:
        """Unverified: what the bridge makes of them is what is tested."""
        claims: dict[str, Any] = jwt.decode(self.text, options={"verify_signature": False})
        return claims
