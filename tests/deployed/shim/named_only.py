"""Resource types that the engine does not know: they get a name, and do nothing. docs/deployed.md says so of each.

CloudFormation Template Reference: what `Ref` and `Fn::GetAtt` answer for each type.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]

ATTRIBUTES: Mapping[str, Mapping[str, Any]] = {
    "AWS::EC2::EIP": {"AllocationId": "eipalloc-{name}"},
    "AWS::EC2::NatGateway": {"NatGatewayId": "{name}"},
    "AWS::NetworkFirewall::Firewall": {"EndpointIds": ["zone:vpce-{name}"]},
    "AWS::NetworkFirewall::FirewallPolicy": {},
    "AWS::NetworkFirewall::RuleGroup": {},
    "AWS::Route53Resolver::FirewallDomainList": {},
    "AWS::Route53Resolver::FirewallRuleGroup": {},
    "AWS::Route53Resolver::FirewallRuleGroupAssociation": {},
}


def install() -> None:
    """From now on a template may have them."""
    for kind, attributes in ATTRIBUTES.items():
        if kind in provisioners._RESOURCE_HANDLERS:
            raise RuntimeError(f"the engine knows {kind} by now: this shim must not hide it")
        provisioners._RESOURCE_HANDLERS[kind] = {"create": _named(attributes), "delete": lambda *_: None}


def _named(attributes: Mapping[str, Any]) -> Callable[..., tuple[str, Mapping[str, Any]]]:
    def create(logical_id: str, *_: object) -> tuple[str, Mapping[str, Any]]:
        name = f"{logical_id.lower()}-{uuid.uuid4().hex[:17]}"
        return name, {key: _filled(value, name) for key, value in attributes.items()}

    return create


def _filled(value: Any, name: str) -> Any:
    return [_filled(each, name) for each in value] if isinstance(value, list) else value.replace("{name}", name)
