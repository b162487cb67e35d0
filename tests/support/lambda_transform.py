"""Runs in .venv-sam, where SAM's translator lives: prints what CloudFormation gets to see of a template, as JSON."""

import json
import sys
from pathlib import Path

from samcli.lib.translate.sam_template_validator import SamTemplateValidator  # type: ignore[import-not-found]
from samcli.yamlhelper import yaml_parse  # type: ignore[import-not-found]


class NoManagedPolicies:
    """No managed policy is used, so there is no ARN to ask the account for."""

    def load(self) -> dict[str, str]:
        return {}


template = yaml_parse(Path(sys.argv[1]).read_text(encoding="utf-8"))
parameters = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
validator = SamTemplateValidator(template, NoManagedPolicies(), region="eu-west-1", parameter_overrides=parameters)
json.dump(yaml_parse(validator.get_translated_template_if_valid()), sys.stdout)
