"""The XML of a GetCallerIdentity answer, and no other XML.

Form: docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity. Read by expat without a tree: a DOCTYPE is
refused before an entity could be declared, so nothing is ever expanded.
"""

from typing import NoReturn
from xml.parsers import expat

from msgspec import Struct

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
