"""Where a policy goes wrong: the engine says what it did not like, but not where."""

import re

from cedarpy import PolicySet

from federation.policy.cedar.problem import PolicyProblem
from federation.policy.cedar.text import Source, Token, tokens_of

_UNFINISHED = "unexpected end of input"
_QUOTED = re.compile(r"`([^`]+)`")
_LAST_WORD = re.compile(r": (\S+)$")


def parse_problem(source: Source, message: str) -> PolicyProblem:
    """Why the text cannot be parsed, at the first token that cannot stand where it stands."""
    for tokens in source.policies:
        refused = _refused(source.text, tokens, len(tokens))
        if refused:
            return source.problem(refused, _misplaced(source.text, tokens, refused).start)
    return PolicyProblem(message)


def schema_problem(source: Source, number: int, message: str) -> PolicyProblem:
    """Why the policy of that number does not fit the schema, at the first place that the message names."""
    return source.problem(message, _named(source.policies[number], message).start)


def _misplaced(text: str, tokens: tuple[Token, ...], message: str) -> Token:
    """Bisection: up to the bad token everything is merely unfinished."""
    if message == _UNFINISHED:
        return tokens[-1]
    low, high = 1, len(tokens)
    while low < high:
        middle = (low + high) // 2
        if _refused(text, tokens, middle) == _UNFINISHED:
            low = middle + 1
        else:
            high = middle
    # What is noticed only at the end is wrong in meaning: the message names it.
    return tokens[low - 1] if low < len(tokens) else _named(tokens, message)


def _refused(text: str, tokens: tuple[Token, ...], count: int) -> str:
    """What the parser says about the first `count` tokens; empty: nothing."""
    last = tokens[count - 1]
    try:
        PolicySet.from_str(text[tokens[0].start : last.start + len(last.text)])
    except ValueError as error:
        return str(error)
    return ""


def _named(tokens: tuple[Token, ...], message: str) -> Token:
    """The first token of what the message quotes, else of the policy."""
    texts = [token.text for token in tokens]
    for quoted in (*_QUOTED.findall(message), *_LAST_WORD.findall(message)):
        wanted = list(tokens_of(quoted))
        for start in range(len(texts) - len(wanted) + 1):
            if texts[start : start + len(wanted)] == wanted:
                return tokens[start]
        if within := [token for token in tokens if quoted in token.text]:
            return within[0]
    return tokens[0]
