"""The steps by which a request is decided, in their order. A refusal carries the step that refused it."""

from enum import StrEnum
from types import TracebackType

from federation.oauth.errors import OAuthError


class Step(StrEnum):
    """`federation.pipeline` takes them in this order; the actor's token is verified before the mapping."""

    CLIENT = "client"
    """Who asks, and may the client use this grant and present this identity."""
    PROOF = "proof"
    """Which keys the request proves (RFC 9449, RFC 8705)."""
    ISSUER = "issuer"
    """Who vouches for the subject."""
    CLAIMS = "claims"
    """Is the subject token signed, valid now, and of its provider's form."""
    MAPPING = "mapping"
    """Who the subject is to us."""
    ACTOR = "actor"
    """Who acts, and may it act for the subject."""
    LIMITS = "limits"
    """How often."""
    TARGETS = "targets"
    """Is the audience granted."""
    SCOPES = "scopes"
    """Are the scopes granted."""
    DETAILS = "details"
    """Are the authorization details granted (RFC 9396)."""
    POLICY = "policy"
    """Do the policies permit it."""
    OBLIGATIONS = "obligations"
    """Is what audiences, clients and policies demand met: a key, an approval, fewer scopes."""
    LIFETIME = "lifetime"
    """Is there enough time left."""
    REVOCATIONS = "revocations"
    """Is anything revoked that the token would rest on."""


class at:  # noqa: N801  (read as a word: `with at(Step.TARGETS):`)
    """Names the step of every refusal inside; the innermost name stands, unless the outer one takes the `whole`."""

    def __init__(self, step: Step, *, whole: bool = False) -> None:
        self._step = step
        self._whole = whole

    def __enter__(self) -> None:
        """Nothing happens yet."""

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None and isinstance(error, OAuthError) and (self._whole or error.step is None):
            error.step = self._step


def step_of(refusal: OAuthError) -> Step:
    """The step of the pipeline that refused; a refusal that came from none of them is one of what must be there."""
    return Step(refusal.step or Step.OBLIGATIONS)
