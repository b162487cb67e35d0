"""curl and our own command line, for a shell."""

import re
import shlex
from typing import Final

from federation.documents.provider_docs.callers.own import BRIDGE, Asked, Certificate, Command, File, How, Own, Variable

_EXCHANGE: Final = """\
printf %s "$own" | curl -sS --fail-with-body <bridge>/token -d audience=<audience> --data-urlencode subject_token@- \\
  -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d subject_token_type=<type>
"""
_BY_CERTIFICATE: Final = """\
curl -sS --fail-with-body --cert <certificate> --key <key> <mtls>/token -d audience=<audience> -d subject_token=mtls \\
  -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d subject_token_type=<type>
"""
MTLS: Final = "https://mtls.federation.example.com"
"""Where this bridge asks for client certificates."""


def curl(own: Own, audience: str) -> str:
    """For sh."""
    text = _BY_CERTIFICATE if isinstance(own.how, Certificate) else f"own={_own(own.how)}\n{_EXCHANGE}"
    values = {"bridge": BRIDGE, "mtls": MTLS, "audience": audience, "type": own.type.value}
    if isinstance(own.how, Certificate):
        values |= {"certificate": own.how.certificate, "key": own.how.key}
    return filled(text, values)


def fedbridge(own: Own, audience: str) -> str:
    """For sh, with our package."""
    return f"fedbridge token --url {BRIDGE} --audience {audience} --source {shlex.quote(own.source)}\n"


def filled(text: str, values: dict[str, str]) -> str:
    """With each `<name>` replaced."""
    return re.sub(r"<([a-z]+)>", lambda found: values[found[1]], text)


def _own(how: How) -> str:
    match how:
        case Variable(name):
            return f"${name}"
        case File(path):
            return f"$(cat {path})"
        case Command(words):
            return f"$({shlex.join(words)})"
        case Asked(method, url, (name, value), member):
            posted = "-X POST -d '' " if method == "POST" else ""
            read = f" | jq -r .{member}" if member else ""
            return f'$(curl -sS --fail {posted}-H "{name}: {_named(value)}" "{_named(url)}"{read})'
    raise TypeError(how)


def _named(text: str) -> str:
    return re.sub(r"\{(\w+)\}", r"$\1", text)
