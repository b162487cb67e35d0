#!/usr/bin/env bash
# cedarpy 4.12.2: a policy that can never apply validates, and nothing says that it cannot.
#
# Cedar's validator warns "policy is impossible: the policy expression evaluates to false for all valid requests" (Cedar reference
# guide, "Policy validation"). cedarpy returns errors alone: a forbid that looks for a member which no context has is as good as one
# that holds. What tells them apart is a second validation, with a condition appended that cannot be typed: where the policy is
# impossible Cedar never types it, and it passes again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'cedarpy==4.12.2'
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import cedarpy

SCHEMA = """
entity User; entity Thing;
action "use" appliesTo {principal: User, resource: Thing, context: {network: {zone: String}}};
"""
good = 'forbid (principal, action, resource) when { context.network.zone == "home" }'
impossible = 'forbid (principal, action, resource) when { context has zone && context.zone == "home" }'
seen = {}
for name, policy in (("good", good), ("impossible", impossible)):
    first = cedarpy.validate_policies(f"{policy};", SCHEMA)
    again = cedarpy.validate_policies(f'{policy} when {{ 1 + "a" == 1 }};', SCHEMA)
    seen[name] = (first.validation_passed, [str(error) for error in first.errors], again.validation_passed)
print(version("cedarpy"), seen)
raise SystemExit(0 if seen == {"good": (True, [], False), "impossible": (True, [], True)} else "changed")
PYTHON
