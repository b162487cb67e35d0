"""Trust documents: what is read without a problem says the same in JSON, and to another reader of YAML."""

import json
import re

import yaml

from federation.documents.source import InvalidDocuments
from federation.documents.validate import validate
from federation.documents.yaml_source import YamlTree
from federation.model.json import Json
from tests.fuzz.targets.outcome import TALLY, Accepted
from tests.fuzz.targets.seeds import seeds

SEEDS = seeds("documents")
_WORD = re.compile("true|false|null|~|")


def check(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    tree = YamlTree("fuzzed.yaml", text)
    documents = tuple(tree.documents())
    try:
        validate(documents, unreadable=tree.problems)
    except InvalidDocuments as refusal:
        TALLY.refuse(refusal.problems[0].message)
    else:
        TALLY.accepted += 1
    if tree.problems:
        return
    lax = [one for one in yaml.load_all(text, Loader=yaml.BaseLoader) if one not in ("", "~", "null")]
    if not _alike([document.value for document in documents], lax):
        raise Accepted(data)
    for document in documents:
        (again,) = YamlTree("again.json", json.dumps(document.value, ensure_ascii=False)).documents()
        if again.value != document.value:
            raise Accepted(data)


def _alike(ours: Json, other: object) -> bool:
    """BaseLoader reads every scalar as its text."""
    if isinstance(ours, dict):
        return isinstance(other, dict) and list(ours) == list(other) and all(_alike(ours[k], other[k]) for k in ours)
    if isinstance(ours, list):
        return isinstance(other, list) and len(ours) == len(other) and all(map(_alike, ours, other))
    if isinstance(ours, str):
        return ours == other
    return isinstance(other, str) and (_WORD.fullmatch(other) is not None or str(ours) == other.replace("-0", "0"))
