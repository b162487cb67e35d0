"""Refusals: one class per OAuth error code, carrying its status (RFC 6749 section 5.2, RFC 8693 section 2.2.2).

A caller sees the class's `error`, the reason's code and advice. `detail` and `evidence` are for the audit record alone.
"""

from collections.abc import Mapping as ReadOnly
from typing import Any, ClassVar

from federation.oauth.identifiers import PROOF_ALGORITHMS
from federation.oauth.reasons import Reason

SCHEMES = ("Basic", "Bearer", "DPoP")
"""Of an Authorization header (RFC 7617, RFC 6750, RFC 9449)."""


_ACTOR = "actor"
"""The step of the actor's token (`federation.oauth.steps`, which builds on this module)."""
_OF_TIME = (Reason.TOKEN_EXPIRED, Reason.TOKEN_EXPIRES_TOO_SOON, Reason.TOKEN_NOT_YET_VALID)


class OAuthError(Exception):
    """A typed refusal. Never built from a caller's input except in `detail` and `evidence`."""

    error: ClassVar[str]
    status: ClassVar[int] = 400

    def __init__(
        self,
        reason: Reason,
        detail: str = "",
        *,
        status: int | None = None,
        evidence: ReadOnly[str, Any] | None = None,
    ) -> None:
        """`detail`: a short text for people; `evidence`: members of the audit record, JSON for machines."""
        super().__init__(reason.value)
        self.reason = reason
        self.detail = detail
        self.evidence = evidence or {}
        self.step: str | None = None
        """The step of the pipeline that refused (`federation.oauth.steps`); None: it never came to one."""
        self.unverified_issuer: str | None = None
        """Id of the Issuer document that a refused token claims; None: none, or it is proven."""
        self.unverified_tenant: str | None = None
        """The tenant of that document."""
        self.http_status = status or self.status

    @property
    def description(self) -> str:
        """`error_description`: the stable reason code, then what to do, and to which of two tokens."""
        advice = self.reason.advice
        if self.step == _ACTOR and self.reason in _OF_TIME:
            advice = advice.replace("The token", "The actor token", 1)
        return f"{self.reason.value}: {advice}"

    @property
    def headers(self) -> dict[str, str]:
        """Response headers that this refusal asks for."""
        return {}

    @property
    def members(self) -> dict[str, str | int]:
        """Further members of the answer's body."""
        return {}


class InvalidRequest(OAuthError):
    """Malformed, or an unacceptable subject or actor token (RFC 8693 section 2.2.2)."""

    error = "invalid_request"


class MethodNotAllowed(InvalidRequest):
    """Any method but POST (RFC 9110 section 15.5.6)."""

    status = 405

    @property
    def headers(self) -> dict[str, str]:
        """The methods that are allowed."""
        return {"allow": "POST"}


class InvalidClient(OAuthError):
    """No, or wrong, client authentication."""

    error = "invalid_client"
    status = 401

    def __init__(self, reason: Reason, detail: str = "", *, scheme: str | None = None) -> None:
        """`scheme`: of the Authorization header by which the client tried to prove itself; one of SCHEMES."""
        super().__init__(reason, detail)
        self.scheme = scheme

    @property
    def headers(self) -> dict[str, str]:
        """The challenge that RFC 6749 section 5.2 demands, by the scheme that was used, and no other.

        No client proves itself here by that header, so no challenge names it.
        """
        return {"www-authenticate": f'{self.scheme} realm="federation-bridge"'} if self.scheme else {}


class InvalidToken(OAuthError):
    """A bearer token that does not open this door (RFC 6750 section 3.1)."""

    error = "invalid_token"
    status = 401

    @property
    def headers(self) -> dict[str, str]:
        """The challenge."""
        return {"www-authenticate": f'Bearer realm="federation-bridge", error="{self.error}"'}


class UnprovenToken(InvalidToken):
    """A token that is bound to a key without a proof of that key (RFC 9449 section 7.1)."""

    @property
    def headers(self) -> dict[str, str]:
        """The challenge."""
        algorithms = " ".join(PROOF_ALGORITHMS)
        challenge = f'DPoP realm="federation-bridge", error="{self.error}", algs="{algorithms}"'
        return {"www-authenticate": challenge}


class NoToken(InvalidToken):
    """No bearer token at all: the challenge names no error then."""

    @property
    def headers(self) -> dict[str, str]:
        """The challenge."""
        return {"www-authenticate": 'Bearer realm="federation-bridge"'}


class InsufficientScope(InvalidToken):
    """A good bearer token for something else (RFC 6750 section 3.1)."""

    error = "insufficient_scope"
    status = 403


class InvalidTarget(OAuthError):
    """Unknown or forbidden audience or resource: all or nothing (RFC 8707 section 2)."""

    error = "invalid_target"


class InvalidScope(OAuthError):
    """Beyond the ceilings, or none named where there is no default."""

    error = "invalid_scope"


class UnauthorizedClient(OAuthError):
    """The client may not use this grant."""

    error = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """Any other grant."""

    error = "unsupported_grant_type"


class InvalidDpopProof(OAuthError):
    """A DPoP proof that cannot be accepted (RFC 9449 section 5)."""

    error = "invalid_dpop_proof"


class UseDpopNonce(OAuthError):
    """A proof without the nonce that is asked for (RFC 9449 section 8): the answer has one."""

    error = "use_dpop_nonce"

    def __init__(self, reason: Reason, nonce: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.nonce = nonce

    @property
    def headers(self) -> dict[str, str]:
        """The nonce for the next proof."""
        return {"dpop-nonce": self.nonce}


class InvalidAuthorizationDetails(OAuthError):
    """Unknown, malformed or not granted authorization details (RFC 9396 section 5)."""

    error = "invalid_authorization_details"


class AuthorizationPending(OAuthError):
    """An approval is asked for: repeat the request (RFC 8628 section 3.5)."""

    error = "authorization_pending"

    def __init__(self, reason: Reason, approval_id: str, interval: int, detail: str = "") -> None:
        """`interval`: seconds to wait before the next try."""
        super().__init__(reason, detail)
        self.approval_id = approval_id
        self.interval = interval

    @property
    def members(self) -> dict[str, str | int]:
        """What the caller needs to follow it up."""
        return {"approval_id": self.approval_id, "interval": self.interval}


class AccessDenied(OAuthError):
    """The person who was asked said no."""

    error = "access_denied"


class TemporarilyUnavailable(OAuthError):
    """A dependency cannot be reached; nothing was issued."""

    error = "temporarily_unavailable"
    status = 503

    def __init__(self, reason: Reason, detail: str = "", *, retry_after: int = 2) -> None:
        """`retry_after`: seconds."""
        super().__init__(reason, detail)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """When to come back (RFC 9110 section 10.2.3)."""
        return {"retry-after": str(self.retry_after)}


class TooManyRequests(TemporarilyUnavailable):
    """Too often (RFC 6585 section 4)."""

    error = "slow_down"
    status = 429


class ServerError(OAuthError):
    """Anything else; nothing was issued."""

    error = "server_error"
    status = 500
