"""A refusal as a service answers it: status, challenges and body (RFC 6750 section 3, RFC 9449 section 7.1)."""

import json

import msgspec

from federation.oauth.errors import (
    InsufficientScope,
    InvalidToken,
    NoToken,
    OAuthError,
    TemporarilyUnavailable,
    UnprovenToken,
)
from federation.oauth.identifiers import BEARER, PROOF_ALGORITHMS
from federation.resource_server.dpop import InvalidProof

DPOP = "DPoP"


class Challenge(msgspec.Struct, frozen=True):
    """One challenge of a WWW-Authenticate header (RFC 9110 section 11.6.1)."""

    scheme: str
    parameters: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """As it stands in the header."""
        written = ", ".join(f'{name}="{_quoted(value)}"' for name, value in self.parameters)
        return f"{self.scheme} {written}".rstrip()


class Answer(msgspec.Struct, frozen=True):
    """What an adapter renders."""

    status: int
    error: str
    """Empty: the request had no token at all."""
    description: str
    """The reason's stable code, then what to do; nothing that was sent."""
    challenges: tuple[Challenge, ...] = ()
    retry_after: int | None = None
    """Seconds."""

    @property
    def headers(self) -> dict[str, str]:
        """By their names in lower case, those of `body` included."""
        found = {"content-type": "application/json", "cache-control": "no-store"}
        if self.challenges:
            found["www-authenticate"] = ", ".join(map(str, self.challenges))
        if self.retry_after is not None:
            found["retry-after"] = str(self.retry_after)
        return found

    @property
    def members(self) -> dict[str, str]:
        """Of the body."""
        return {"error": self.error or "invalid_token", "error_description": self.description}

    @property
    def body(self) -> bytes:
        """JSON."""
        return json.dumps(self.members, separators=(",", ":")).encode("ascii")


class Challenges(msgspec.Struct, frozen=True):
    """How one service challenges."""

    realm: str = ""
    proofs: bool = False
    """Whether it can check DPoP proofs."""
    resource_metadata: str = ""
    """URL of its protected resource metadata (RFC 9728 section 5.1)."""

    def answer(self, refusal: OAuthError, *, scheme: str = BEARER, scope: str = "") -> Answer:
        """`scheme`: by which the token came. `scope`: that would have been enough."""
        schemes = self._schemes(refusal, scheme)
        retry_after = refusal.retry_after if isinstance(refusal, TemporarilyUnavailable) else None
        return Answer(
            status=refusal.http_status,
            error="" if isinstance(refusal, NoToken) else refusal.error,
            description=refusal.description,
            challenges=tuple(self._challenge(each, refusal, scope) for each in schemes),
            retry_after=retry_after,
        )

    def _schemes(self, refusal: OAuthError, scheme: str) -> tuple[str, ...]:
        if not isinstance(refusal, InvalidToken):
            return ()
        if isinstance(refusal, NoToken):
            return (BEARER, DPOP) if self.proofs else (BEARER,)
        return (DPOP,) if self.proofs and isinstance(refusal, UnprovenToken | InvalidProof) else (scheme,)

    def _challenge(self, scheme: str, refusal: OAuthError, scope: str) -> Challenge:
        told = not isinstance(refusal, NoToken)
        wants_scope = isinstance(refusal, NoToken | InsufficientScope)
        parameters = (
            ("realm", self.realm),
            ("error", refusal.error if told else ""),
            ("error_description", refusal.description if told else ""),
            ("scope", scope if wants_scope else ""),
            ("algs", " ".join(PROOF_ALGORITHMS) if scheme == DPOP else ""),
            ("resource_metadata", self.resource_metadata),
        )
        return Challenge(scheme, tuple((name, value) for name, value in parameters if value))


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
