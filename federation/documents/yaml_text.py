"""A trust document as YAML, as an admin would have written it."""

from typing import Any

import yaml

FIRST = ("kind", "id", "description", "tenant")
"""Members with which a document begins; the others follow as they are stored."""

_OTHER_BREAKS = frozenset("\x85\u2028\u2029")
"""They end a line in YAML as well, and read as line feeds again unless they are escaped."""


class _Dumper(yaml.SafeDumper):
    """Block style, indented lists, texts of several lines as such."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ANN401, ARG002 (PyYAML's)
        """Lists are indented below their key."""
        return super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 (PyYAML's)
        """No anchors."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _OTHER_BREAKS & set(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(document: Any) -> str:  # noqa: ANN401 (any JSON value)
    """The document or a part of one; it reads as the same again."""
    if isinstance(document, dict):
        document = {**{name: document[name] for name in FIRST if name in document}, **document}
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6)
    return text
