"""A policy's text as tokens, and what it may cost to read (ATTACKS F6).

The engine's own parser walks brackets by recursion: a thousand of them end the process. So the limits come first, and
they are lexical. The tokens are Cedar's: comments end at CR or LF, and in a string a backslash takes one character.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from unicodedata import category

from msgspec import Struct

from federation.policy.cedar.problem import PolicyProblem

MAX_TEXT = 16 * 1024
"""Bytes in UTF-8."""
MAX_POLICIES = 50
"""Cedar policies in one document."""
MAX_NESTING = 20
"""Brackets within brackets; as many `if` in one policy, and members in a row (`a.b.c`)."""
MAX_OPERATORS = 500
"""In one policy: the engine walks `a && b && c` by recursion as well."""

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_TOKEN = re.compile(
    r'(?P<skipped>(?:\s|//[^\r\n]*)+)|"(?:\\.|[^"\\])*"|[A-Za-z_][A-Za-z0-9_]*|[0-9]+|&&|\|\||[=!<>]=|::|.', re.DOTALL
)
_OPERATORS = frozenset(("&&", "||", "+", "-", "*", ".", "["))
_UNUSUAL = re.compile(r"[^\t\r\n -~]")
_WORD = re.compile(r"[A-Za-z_]")


class Token(NamedTuple):
    """A word, a number, a string with its quotes, or an operator."""

    text: str
    start: int


class Source(Struct, frozen=True):
    """A text within the limits."""

    text: str
    policies: tuple[tuple[Token, ...], ...]
    """The tokens of each Cedar policy, its `;` included."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each Cedar policy, without comments before or after."""
        return tuple(self.text[tokens[0].start : tokens[-1].start + len(tokens[-1].text)] for tokens in self.policies)

    def problem(self, message: str, start: int) -> PolicyProblem:
        """A problem at that character."""
        line = self.text.count("\n", 0, start) + 1
        return PolicyProblem(message, line, start - self.text.rfind("\n", 0, start))


def read_source(text: str) -> Source:
    """The text as tokens; raises PolicyProblem where a limit is passed or a character could mislead its reader."""
    if len(text.encode(errors="surrogatepass")) > MAX_TEXT:
        raise PolicyProblem(f"a policy has at most {MAX_TEXT} bytes; split it into several documents")
    source = Source(text, tuple(_policies(_tokens(text))))
    _check_characters(source)
    if len(source.policies) > MAX_POLICIES:
        first = source.policies[MAX_POLICIES][0]
        raise source.problem(f"a document has at most {MAX_POLICIES} policies", first.start)
    for tokens in source.policies:
        _check_nesting(source, tokens)
        _check_operators(source, tokens)
    return source


def _tokens(text: str) -> Iterator[Token]:
    """Every character is in a token or skipped."""
    for found in _TOKEN.finditer(text):
        if not found.lastgroup:
            yield Token(found[0], found.start())


def tokens_of(text: str) -> tuple[str, ...]:
    """The tokens of a fragment."""
    return tuple(token.text for token in _tokens(text))


def _policies(tokens: Iterator[Token]) -> Iterator[tuple[Token, ...]]:
    """Parted at `;`, which Cedar has nowhere else."""
    policy: list[Token] = []
    for token in tokens:
        policy.append(token)
        if token.text == ";":
            yield tuple(policy)
            policy = []
    if policy:
        yield tuple(policy)


def _check_characters(source: Source) -> None:
    """No control characters, and none that change the direction of writing or show nothing."""
    for found in _UNUSUAL.finditer(source.text):
        if category(found[0]) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            escape = f"\\u{{{ord(found[0]):X}}}"
            raise source.problem(f"a character that cannot be seen; write it as {escape} in a string", found.start())


def _check_nesting(source: Source, tokens: Sequence[Token]) -> None:
    brackets = conditions = members = 0
    for token in tokens:
        brackets += (token.text in _OPENING) - (token.text in _CLOSING)
        conditions += token.text == "if"
        members = members + 1 if token.text == "." else members if _WORD.match(token.text) else 0
        if max(brackets, conditions, members) > MAX_NESTING:
            raise source.problem(f"nested more than {MAX_NESTING} deep; split the policy", token.start)


def _check_operators(source: Source, tokens: Sequence[Token]) -> None:
    operators = [token for token in tokens if token.text in _OPERATORS]
    if len(operators) > MAX_OPERATORS:
        raise source.problem(f"a policy has at most {MAX_OPERATORS} operators; split it", operators[-1].start)
