"""Requests and answers of the AWS JSON protocol (1.0 and 1.1): bytes are base64, errors have a type."""

import json
import zlib
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Collection
from typing import Any

import msgspec

from federation.aws.errors import AwsRefused, AwsUnreachable, AwsUnusable
from federation.aws.lean.answer import HttpAnswer
from federation.aws.service import METADATA, REQUEST_ID, Answer

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()
"""For what AWS says, never for what a caller sends: that is read by `federation.oauth.strict_json`."""


def encode(request: Answer) -> bytes:
    """Raises AwsUnusable for what no JSON text holds, such as half a surrogate pair."""
    try:
        return _encoder.encode(request)
    except (TypeError, ValueError) as error:
        raise AwsUnusable("the request is no JSON") from error


def decode(answer: HttpAnswer, blobs: Collection[str] = ()) -> Answer:
    """The members of a good answer. `blobs`: those at the top that are bytes, beside attributes of type B and BS.

    Raises AwsRefused for an error, and AwsUnreachable for what cannot be read: it may have been done all the same.
    """
    members = _members(answer)
    if answer.status >= 300:  # noqa: PLR2004 RFC 9110 section 15.4
        raise AwsRefused(_code(answer, members or {}), answer.status, members or {})
    if members is None:
        raise AwsUnreachable("unreadable")
    try:
        read = {name: b64decode(members[name], validate=True) for name in blobs if name in members}
        return members | read | _metadata(answer)
    except (TypeError, ValueError) as error:
        raise AwsUnreachable("unreadable") from error


def _metadata(answer: HttpAnswer) -> Answer:
    """By what name AWS knows the request."""
    request_id = answer.headers.get("x-amzn-requestid")
    return {METADATA: {REQUEST_ID: request_id}} if request_id else {}


def _members(answer: HttpAnswer) -> Answer | None:
    """None: no JSON object."""
    checksum = answer.headers.get("x-amz-crc32")
    if checksum is not None and checksum != str(zlib.crc32(answer.body)):
        raise AwsUnreachable("checksum")
    body = answer.body or b"{}"
    try:
        members: Any = json.loads(body, object_hook=_with_bytes) if b'"B' in body else _decoder.decode(body)
    except (msgspec.DecodeError, NoBase64, RecursionError, ValueError):
        return None
    return members if isinstance(members, dict) else None


def _with_bytes(members: dict[str, Any]) -> dict[str, Any]:
    """An attribute value is an object of one member, which names its type; what an item calls B holds an object."""
    if len(members) != 1:
        return members
    binary, several = members.get("B"), members.get("BS")
    if isinstance(binary, str):
        return {"B": b64decode(binary, validate=True)}
    if isinstance(several, list) and all(isinstance(one, str) for one in several):
        return {"BS": [b64decode(one, validate=True) for one in several]}
    return members


def _code(answer: HttpAnswer, members: Answer) -> str:
    """Without the namespace before `#` and the address behind `:`."""
    named = answer.headers.get("x-amzn-errortype") or members.get("__type") or members.get("code") or ""
    return str(named).partition(":")[0].rpartition("#")[2]
