"""Signatures as they are made: by which key, for what, and by what name KMS knows the request."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct


class Purpose(StrEnum):
    """What a function signs; each signs one kind of thing."""

    TOKEN = "token"
    INTROSPECTION = "introspection"
    STATUS_LIST = "status_list"
    ARCHIVE = "archive"


class MadeSignature(Struct, frozen=True):
    """One answer of KMS. What comes of the signature is another matter: it is on record even if it is thrown away."""

    request_id: str
    """As KMS and CloudTrail name the request."""
    key: str
    """ARN or id of the key at KMS, as we named it."""
    purpose: Purpose


Record: TypeAlias = Callable[[MadeSignature], None]


def unrecorded(_made: MadeSignature) -> None:
    """Where signatures are not compared: tools and tests."""
