"""template.yaml as CloudFormation sees it: transformed, with conditions decided and references written short.

References become text: `Ref` of X and its `Arn` are `X`, another attribute is `X.Y`, a parameter is its value.
"""

import json
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from federation.local.routes import load_template

ROOT = Path(__file__).parents[2]
SAM = ROOT / ".venv-sam/bin"
TRANSFORM = Path(__file__).with_name("lambda_transform.py")
DOMAIN = "federation.example.com"
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/1"

Json: TypeAlias = Any
Template: TypeAlias = dict[str, Json]

_NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")


def transform(**parameters: str) -> Template:
    """The template after SAM's transform, with intrinsic functions as they are; SAM itself reads some parameters."""
    command = [str(SAM / "python"), str(TRANSFORM), str(ROOT / "template.yaml"), json.dumps(parameters)]
    template: Template = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return template


def nested(name: str) -> Template:
    """A template below `infra/`, which SAM has nothing to transform in."""
    return load_template(ROOT / "infra" / f"{name}.yaml")


class Statement(Struct, frozen=True):
    """A statement of a policy; `principal` only where a resource's policy names one."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Json = None
    principal: Json = None


class Deployment:
    """What a deployment creates with these parameters; those left out have their defaults."""

    def __init__(self, template: Template, **parameters: str) -> None:
        resolver = _Resolver(template, parameters)
        self.resources: dict[str, Json] = resolver.existing("Resources")
        self.outputs: dict[str, Json] = resolver.existing("Outputs")
        self._nested: dict[str, Deployment] = {}

    def properties(self, name: str) -> dict[str, Json]:
        properties: dict[str, Json] = self.resources[name]["Properties"]
        return properties

    def of_type(self, resource_type: str) -> dict[str, dict[str, Json]]:
        """Logical id -> properties."""
        return {name: each["Properties"] for name, each in self.resources.items() if each["Type"] == resource_type}

    def nested(self, name: str) -> "Deployment":
        """What it makes of a nested stack, by the parameters that it gives it."""
        if name not in self._nested:
            properties = self.properties(name)
            self._nested[name] = Deployment(load_template(ROOT / properties["TemplateURL"]), **properties["Parameters"])
        return self._nested[name]

    def role_statements(self, role: str) -> list[Statement]:
        """What a role may do: by its own policies, and by those of keys that name it."""
        by_keys = [
            replace(each, resources=(name,))
            for name, key in self.of_type("AWS::KMS::Key").items()
            for each in statements(key["KeyPolicy"])
        ]
        return [*self.own_statements(role), *(each for each in by_keys if role in _principals(each))]

    def own_statements(self, role: str) -> list[Statement]:
        """By its own policies."""
        names = {**self._arns("AWS::Logs::LogGroup", "logs"), **self._arns("AWS::Lambda::Function", "lambda")}
        return [
            replace(each, resources=tuple(names.get(resource, resource) for resource in each.resources))
            for policy in self.properties(role)["Policies"]
            for each in statements(policy["PolicyDocument"])
        ]

    def _arns(self, resource_type: str, service: str) -> dict[str, str]:
        """ARN -> logical id of what has a name."""
        forms = {"logs": ("LogGroupName", "log-group:{}:*"), "lambda": ("FunctionName", "function:{}")}
        member, form = forms[service]
        owner = f"arn:<AWS::Partition>:{service}:<AWS::Region>:<AWS::AccountId>:"
        return {owner + form.format(one[member]): name for name, one in self.of_type(resource_type).items()}


def statements(policy: Mapping[str, Json]) -> list[Statement]:
    """A policy document's statements."""
    return [
        Statement(
            each["Effect"],
            _texts(each["Action"]),
            _texts(each["Resource"]),
            each.get("Condition"),
            each.get("Principal"),
        )
        for each in policy["Statement"]
    ]


def _principals(statement: Statement) -> tuple[str, ...]:
    """The roles that a resource's policy names."""
    return _texts(statement.principal.get("AWS", ())) if isinstance(statement.principal, dict) else ()


def _texts(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


class _Resolver:
    """CloudFormation's intrinsic functions, as far as the template uses them."""

    def __init__(self, template: Template, parameters: Mapping[str, str]) -> None:
        unknown = parameters.keys() - template["Parameters"].keys()
        if unknown:
            raise KeyError(unknown)
        self._template = template
        self._names = {name: str(declared.get("Default", "")) for name, declared in template["Parameters"].items()}
        self._names |= parameters
        self._functions: dict[str, Callable[[Json], Json]] = {
            "Ref": self._ref,
            "Condition": self._condition,
            "Fn::GetAtt": lambda path: path[0] if path[1] == "Arn" else ".".join(path),
            "Fn::Sub": self._sub,
            "Fn::If": lambda choice: self.resolve(choice[1] if self._condition(choice[0]) else choice[2]),
            "Fn::Equals": lambda pair: self.resolve(pair[0]) == self.resolve(pair[1]),
            "Fn::Not": lambda one: not self.resolve(one[0]),
            "Fn::And": lambda each: all(map(self.resolve, each)),
            "Fn::FindInMap": self._find_in_map,
            "Fn::Split": self._split,
        }

    def existing(self, section: str) -> dict[str, Json]:
        """The members of a section whose conditions hold."""
        members: dict[str, Json] = self._template.get(section, {})
        return {
            name: {key: self.resolve(value) for key, value in member.items()}
            for name, member in members.items()
            if "Condition" not in member or self._condition(member["Condition"])
        }

    def resolve(self, value: Json) -> Json:
        if isinstance(value, list):
            return [each for item in value if (each := self.resolve(item)) is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        name, argument = next(iter(value.items()), ("", None))
        if len(value) == 1 and name in self._functions:
            return self._functions[name](argument)
        return {key: each for key, item in value.items() if (each := self.resolve(item)) is not _NO_VALUE}

    def _ref(self, name: str) -> Json:
        return _NO_VALUE if name == "AWS::NoValue" else self._names.get(name, name)

    def _condition(self, name: str) -> bool:
        return bool(self.resolve(self._template["Conditions"][name]))

    def _sub(self, argument: Json) -> str:
        text, names = argument if isinstance(argument, list) else (argument, {})
        local = {name: self.resolve(value) for name, value in names.items()}
        return _PLACEHOLDER.sub(lambda found: local.get(found[1]) or self._placeholder(found[1]), text)

    def _placeholder(self, name: str) -> str:
        return f"<{name}>" if name.startswith("AWS::") else str(self._ref(name.removesuffix(".Arn")))

    def _split(self, argument: Json) -> Json:
        """What is known in full; an attribute that only a deployment has stays as it is."""
        separator, text = argument[0], self.resolve(argument[1])
        return text.split(separator) if isinstance(text, str) else {"Fn::Split": [separator, text]}

    def _find_in_map(self, argument: Json) -> Json:
        name, top, second = map(self.resolve, argument)
        return self._template["Mappings"][name][top][second]
