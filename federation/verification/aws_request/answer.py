"""What AWS answered: believed only in the one form that GetCallerIdentity documents, and read into claims."""

import re
from collections.abc import Mapping as ReadOnly
from http import HTTPStatus
from typing import NoReturn
from xml.parsers import expat

from msgspec import Struct

from federation.oauth.errors import InvalidRequest, OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import CallerIdentityAnswer

MAX_VALUE = 2048
"""Characters of an ARN, the longest of the three."""
MAX_DEPTH = 8

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_ROOT = ("GetCallerIdentityResponse",)
_RESULT = (*_ROOT, "GetCallerIdentityResult")
_ACCOUNT, _ARN, _USER_ID = (*_RESULT, "Account"), (*_RESULT, "Arn"), (*_RESULT, "UserId")
_VALUES = frozenset({_ACCOUNT, _ARN, _USER_ID})
_ONCE = _VALUES | {_ROOT, _RESULT}


class NotTheAnswer(ValueError):
    """The document is not an answer to GetCallerIdentity. The message holds nothing of it."""


class CallerIdentity(Struct, frozen=True):
    """Who signed a request, in AWS's words."""

    account: str
    arn: str
    user_id: str


def parse_answer(document: bytes) -> CallerIdentity:
    """The identity that the document states once and without doubt; raises NotTheAnswer."""
    reader = _Reader()
    try:
        reader.parser.Parse(_text(document), True)  # noqa: FBT003 (expat takes no keywords)
    except expat.ExpatError:
        raise NotTheAnswer("not well-formed XML") from None
    if reader.values.keys() != _VALUES:
        raise NotTheAnswer("Account, Arn and UserId are not all where this answer has them")
    return CallerIdentity(reader.values[_ACCOUNT], reader.values[_ARN], reader.values[_USER_ID])


def _text(document: bytes) -> str:
    """UTF-8 alone: expat would look for UTF-16 by itself, which no XML in UTF-8 resembles but for its NULs."""
    if b"\0" in document:
        raise NotTheAnswer("not UTF-8")
    try:
        return document.decode("utf-8")
    except UnicodeDecodeError:
        raise NotTheAnswer("not UTF-8") from None


class _Reader:
    """Collects the three values from where they belong; the same names elsewhere are nothing."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, ...], str] = {}
        self._seen: set[tuple[str, ...]] = set()
        self._path: tuple[str, ...] = ()
        self._text = ""
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse
        parser.ProcessingInstructionHandler = self._refuse
        parser.CommentHandler = self._refuse
        parser.StartCdataSectionHandler = self._refuse

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise NotTheAnswer("another encoding")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if namespace != _NAMESPACE or attributes or self._path in _VALUES or len(self._path) == MAX_DEPTH:
            raise NotTheAnswer("an element that does not belong there")
        self._path = (*self._path, local)
        self._text = ""
        if self._path in self._seen & _ONCE:
            raise NotTheAnswer("an element twice")
        self._seen.add(self._path)

    def _characters(self, text: str) -> None:
        self._text += text
        if len(self._text) > MAX_VALUE:
            raise NotTheAnswer("a value is too long")

    def _end(self, _name: str) -> None:
        if self._path in _VALUES:
            self.values[self._path] = self._text
        self._path = self._path[:-1]
        self._text = ""

    def _refuse(self, *_anything: object) -> NoReturn:
        raise NotTheAnswer("XML that AWS does not write")


_CODE = re.compile(rb"<Code>([A-Za-z]{1,64})</Code>")
_THROTTLED = frozenset({"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"})
_MEANT: ReadOnly[str, Reason] = {"ExpiredToken": Reason.TOKEN_EXPIRED, "ExpiredTokenException": Reason.TOKEN_EXPIRED}


def read_answer(answer: CallerIdentityAnswer) -> CallerIdentity:
    """Who signed, as AWS says; raises InvalidRequest, or TemporarilyUnavailable if it said nothing of the kind."""
    if answer.status != HTTPStatus.OK:
        raise _refusal(answer)
    # JSON may hold, as text, whatever an attacker had AWS repeat (CVE-2020-16250); it is not looked at.
    if answer.content_type.partition(";")[0].strip().lower() != "text/xml":
        raise InvalidRequest(Reason.CALLER_IDENTITY_UNCLEAR, "the answer is not text/xml")
    try:
        return parse_answer(answer.body)
    except NotTheAnswer as error:
        raise InvalidRequest(Reason.CALLER_IDENTITY_UNCLEAR, str(error)) from None


def _refusal(answer: CallerIdentityAnswer) -> OAuthError:
    code = _error_code(answer.body)
    detail = f"status {answer.status} {code}".rstrip()
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or _is_throttled(answer, code):
        return TemporarilyUnavailable(Reason.CALLER_IDENTITY_UNAVAILABLE, detail)
    if answer.status < HTTPStatus.BAD_REQUEST:
        return InvalidRequest(Reason.CALLER_IDENTITY_UNCLEAR, detail)
    return InvalidRequest(_MEANT.get(code, Reason.BAD_SIGNATURE), detail)


def _is_throttled(answer: CallerIdentityAnswer, code: str) -> bool:
    return answer.status == HTTPStatus.TOO_MANY_REQUESTS or code in _THROTTLED


def _error_code(body: bytes) -> str:
    """AWS's word for what is wrong, for the audit record; it decides between two refusals and nothing else."""
    found = _CODE.search(body)
    return found[1].decode() if found else ""


_WORD = r"[A-Za-z0-9_+=,.@-]"
_ROLE_ARN = re.compile(
    r"arn:(?P<partition>[a-z-]+):sts::(?P<account>[0-9]{12})"
    rf":assumed-role/(?P<role>{_WORD}{{1,64}})/(?P<session>{_WORD}{{2,64}})"
)
_ROLE_USER_ID = re.compile(rf"(?P<role_id>AROA[A-Z0-9]{{12,124}}):(?P<session>{_WORD}{{2,64}})")


def role_claims(identity: CallerIdentity, partition: str) -> dict[str, str]:
    """Claims about a session of a role in that partition; raises InvalidRequest for a user, the root, or any other.

    `role_id` is the unique id, which no later role of the same name has. `session_name` is the caller's own word,
    and `arn` and `user_id` end in it: they inform, and do not identify.
    """
    arn, user_id = _ROLE_ARN.fullmatch(identity.arn), _ROLE_USER_ID.fullmatch(identity.user_id)
    if arn is None or user_id is None:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "no session of a role")
    if (arn["account"], arn["session"]) != (identity.account, user_id["session"]):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "Account, Arn and UserId contradict one another")
    if arn["partition"] != partition:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "of another partition")
    return {
        "role_id": user_id["role_id"],
        "account": identity.account,
        "partition": partition,
        "role_name": arn["role"],
        "session_name": arn["session"],
        "arn": identity.arn,
        "user_id": identity.user_id,
    }
