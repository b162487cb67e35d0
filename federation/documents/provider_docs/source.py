"""What the file of a provider says to people: its docstring, and the traps that its comments and checks tell of."""

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Iterator
from itertools import groupby
from types import ModuleType

_ROW = "(ATTACKS "
_JUDGES = re.compile(r"_check.*|_to_be_named|.*_problem")
"""Functions that refuse or demand something."""


def told(module: ModuleType) -> str:
    """The module's docstring as paragraphs of Markdown."""
    paragraphs = inspect.cleandoc(module.__doc__ or "").split("\n\n")
    return "\n\n".join(_line(paragraph) for paragraph in paragraphs)


def traps(module: ModuleType) -> list[str]:
    """The comments that name a row of ATTACKS, and the docstrings of functions that judge, in the order of the file."""
    source = inspect.getsource(module)
    comments = (comment for comment in _comments(source) if _ROW in comment[1])
    return [text for _, text in sorted([*comments, *_docstrings(source)])]


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of each block of comments that stand on lines of their own."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    alone = (each for each in tokens if each.type == tokenize.COMMENT and each.line.lstrip().startswith("#"))
    comments = [(token.start[0], token.string.lstrip("# ")) for token in alone]
    for _, block in groupby(enumerate(comments), key=lambda one: one[1][0] - one[0]):
        lines = [comment for _, comment in block]
        yield lines[0][0], _line(" ".join(text for _, text in lines))


def _docstrings(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of each judging function's."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    for function in functions:
        if _JUDGES.fullmatch(function.name) and (text := ast.get_docstring(function)):
            yield function.lineno, _line(text)


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
