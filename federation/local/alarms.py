"""The alarms of infra/alarms.yaml on a laptop."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from federation.aws.clients import cloudwatch_client
from federation.local.functions import LAPTOP
from federation.local.routes import load_template

TEMPLATE = Path(__file__).with_name("alarms.yaml")
NOT_HERE = frozenset({"probe-silent", "refresh-keys-silent"})
"""No schedule of a laptop's runs those functions."""

_PARAMETERS = {"Name": LAPTOP, "HttpApi": LAPTOP, "ArchiveFailures": LAPTOP, "Runbooks": "docs/runbooks"}


def put_alarms(without: Collection[str] = NOT_HERE) -> None:
    """At the embedded CloudWatch; without those that stand under a condition."""
    cloudwatch = cloudwatch_client()
    for properties in alarms(load_template(TEMPLATE)):
        if properties["AlarmName"].removeprefix(f"{LAPTOP}-") not in without:
            cloudwatch.put_metric_alarm(**properties)


def alarms(template: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Parameters of PutMetricAlarm."""
    for resource in template["Resources"].values():
        if "Condition" not in resource:
            properties = resource["Properties"]
            yield {name: _resolved(value) for name, value in properties.items() if name != "AlarmActions"}


def _resolved(value: Any) -> Any:  # noqa: ANN401 (YAML)
    """Without references: to parameters alone, as there is nothing else in the template."""
    if isinstance(value, list):
        return [_resolved(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return _PARAMETERS[value["Ref"]]
    if "Fn::Sub" in value:
        text = str(value["Fn::Sub"])
        for name, parameter in _PARAMETERS.items():
            text = text.replace(f"${{{name}}}", parameter)
        return text
    return {name: _resolved(one) for name, one in value.items()}
