"""Signatures as KMS saw them, and as our functions recorded them: two witnesses that must agree."""

from msgspec import Struct


class SeenSignature(Struct, frozen=True):
    """A Sign that KMS answered with a signature, as CloudTrail has it."""

    request_id: str
    key: str
    """ARN."""
    at: int
    """Seconds since the epoch."""
    caller: str
    """Who signed, as IAM knows it: the ARN of a session, whose last part is a function's name."""


class RecordedSignature(Struct, frozen=True):
    """A signature that a function recorded when KMS had answered."""

    request_id: str
    key: str
    """ARN or id."""
    purpose: str
    function: str
    """In whose log the record is."""


class LostAttempt(Struct, frozen=True):
    """An attempt that KMS did not answer, as far as the function knows: it may have signed all the same."""

    function: str
    at: int
    """Seconds since the epoch."""


class SeenPage(Struct, frozen=True):
    """What the trail had. `complete`: whether that was all."""

    signatures: tuple[SeenSignature, ...]
    complete: bool = True


class RecordedPage(Struct, frozen=True):
    """What the functions recorded."""

    signatures: tuple[RecordedSignature, ...]
    lost: tuple[LostAttempt, ...] = ()
