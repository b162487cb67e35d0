"""GitLab CI/CD: a job with `id_tokens` (docs.gitlab.com/ci/secrets/id_token_authentication)."""

import re

from federation.client.errors import BrokenSource
from federation.client.identity import Subject
from federation.client.sources.reading import clean, current
from federation.client.sources.source import Asked, Place, Surroundings

OURS = "FEDBRIDGE_ID_TOKEN"


def _absent(around: Surroundings) -> str | None:
    return None if around.has("GITLAB_CI") else "GITLAB_CI is not set"


def _subject(asked: Asked) -> Subject:
    name = OURS if asked.around.has(OURS) else named_after(asked.audience)
    if not asked.around.has(name):
        how = f"give the job id_tokens: {{{OURS}: {{aud: {asked.audience}}}}}"
        raise BrokenSource("gitlab", f"neither {OURS} nor {name} is set", how)
    return Subject(current(clean(asked.variable(name), "gitlab", name), "gitlab", name))


def named_after(audience: str) -> str:
    """The variable's name by the convention of PyPI's `id`: HTTPS___FEDERATION_EXAMPLE_COM_ID_TOKEN."""
    return re.sub(r"[^A-Z0-9_]|^[^A-Z_]", "_", audience.upper()) + "_ID_TOKEN"


PLACE = Place("gitlab", _absent, _subject)
