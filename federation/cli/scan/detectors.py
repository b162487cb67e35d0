"""Secrets by their form, as detect-secrets knows them, and assignments to names that secrets have."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

from federation.cli.scan.finding import Finding, Kind
from federation.cli.scan.names import kind_of

_BY_TYPE: Final = {
    "AWS Access Key": Kind.AWS_KEY,
    "NPM tokens": Kind.NPM_TOKEN,
    "Private Key": Kind.PRIVATE_KEY,
    "Azure Storage Account access key": Kind.AZURE_SECRET,
}
_SETTINGS: Final[dict[str, Any]] = {
    "plugins_used": [
        {"name": "AWSKeyDetector"},
        {"name": "NpmDetector"},
        {"name": "PrivateKeyDetector"},
        {"name": "AzureStorageKeyDetector"},
    ],
    # Not its filter for indirect references, which lets `connect("AKIA...")` pass.
    "filters_used": [
        {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"},
        {"path": "detect_secrets.filters.heuristic.is_templated_secret"},
    ],
}
_ASSIGNED: Final = re.compile(r"""["']?(?P<name>[A-Za-z][A-Za-z0-9_.-]{2,80})["']?\s*(?:=|:|=>)\s*(?P<value>\S.*)""")
_REFERENCE: Final = re.compile(
    r"""^["']?(\$|\{\{|<|%|\(|env\.|var\.|local\.|data\.|process\.env|os\.environ|null\b|none\b|["']{2}|#)""",
    re.IGNORECASE,
)
"""A value that stands for another, or for nothing."""
_CI_SECRET: Final = re.compile(r"\$\{\{\s*secrets\.(?P<name>[A-Za-z0-9_]+)")


def by_form(file: Path, shown: str, provider: str) -> Iterator[Finding]:
    """What detect-secrets finds in a file."""
    with transient_settings(_SETTINGS):
        for secret in scan_file(str(file)):
            if kind := _BY_TYPE.get(secret.type):
                yield Finding(shown, secret.line_number, kind, "", provider)


def by_name(text: str, shown: str, provider: str) -> Iterator[Finding]:
    """Assignments of a value to a name that a secret has, and CI secrets that a workflow asks for."""
    for number, line in enumerate(text.splitlines(), 1):
        for wanted in _CI_SECRET.finditer(line):
            if kind := kind_of(wanted["name"]):
                yield Finding(shown, number, kind, wanted["name"], provider)
        assigned = _ASSIGNED.search(line)
        if assigned and (kind := kind_of(assigned["name"])) and not _REFERENCE.match(assigned["value"]):
            yield Finding(shown, number, kind, assigned["name"], provider)
