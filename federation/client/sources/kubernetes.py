"""Kubernetes: a projected service account token (kubernetes.io/docs, projected volumes), read again as it rotates.

Where it is mounted, FEDBRIDGE_KUBERNETES_TOKEN says, or the argument; by default the path below. The pod's usual token,
at .../serviceaccount/token, is for the API server and proves nothing here.
"""

from pathlib import Path

from federation.client.errors import BrokenSource
from federation.client.identity import Subject
from federation.client.sources.reading import meant_for, read_file
from federation.client.sources.source import Asked, Place, Surroundings

DEFAULT = "/var/run/secrets/federation-bridge/token"
VARIABLE = "FEDBRIDGE_KUBERNETES_TOKEN"


def _absent(around: Surroundings) -> str | None:
    if around.has(VARIABLE) or (around.root / DEFAULT.lstrip("/")).exists():
        return None
    return f"there is no {DEFAULT}, and {VARIABLE} is not set"


def _subject(asked: Asked) -> Subject:
    named = asked.argument or asked.variable(VARIABLE)
    path = Path(named) if named else asked.around.root / DEFAULT.lstrip("/")
    try:
        return Subject(meant_for(read_file(path, "kubernetes"), asked.audience, "kubernetes"))
    except BrokenSource as error:
        how = f"project it: serviceAccountToken: {{audience: {asked.audience}, path: token, expirationSeconds: 600}}"
        raise BrokenSource("kubernetes", str(error).removeprefix("kubernetes: "), how) from None


PLACE = Place("kubernetes", _absent, _subject, argument="FILE")
