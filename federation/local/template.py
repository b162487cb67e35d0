"""template.yaml as plain values: CloudFormation's short tags (`!Ref x`) become their long form (`{"Ref": "x"}`)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

if TYPE_CHECKING or not yaml.__with_libyaml__:
    from yaml import SafeLoader
else:
    from yaml import CSafeLoader as SafeLoader  # ten times as fast, and every start reads the template twice

TEMPLATE = Path(__file__).parents[2] / "template.yaml"

Properties: TypeAlias = Mapping[str, Any]


class CloudFormationLoader(SafeLoader):
    """Safe YAML that knows CloudFormation's tags."""


def _long_form(loader: CloudFormationLoader, tag: str, node: yaml.Node) -> dict[str, object]:
    value = _value(loader, node)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


def _value(loader: CloudFormationLoader, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    raise TypeError("a node is a scalar, a sequence or a mapping")


CloudFormationLoader.add_multi_constructor("!", _long_form)


def load_template(path: Path = TEMPLATE) -> dict[str, Any]:
    """The whole template; raises OSError, and yaml.YAMLError for text that is no YAML."""
    # A subclass of SafeLoader makes nothing but plain values.
    template: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=CloudFormationLoader)  # noqa: S506
    return template


def resources(template: Mapping[str, Any], resource_type: str) -> Iterator[tuple[str, Properties]]:
    """(logical id, properties) of each resource of that type."""
    for name, resource in template["Resources"].items():
        if resource["Type"] == resource_type:
            yield name, resource.get("Properties", {})
