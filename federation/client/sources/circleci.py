"""CircleCI jobs: `circleci run oidc get` (circleci.com/docs, openid-connect-tokens).

`circleci:root-issuer` asks for a token of CircleCI's common issuer instead of the organization's.
"""

import json

from federation.client.identity import Subject
from federation.client.sources.reading import meant_for, output_of
from federation.client.sources.source import Asked, Place, Surroundings

ROOT = "root-issuer"


def _absent(around: Surroundings) -> str | None:
    return None if around.has("CIRCLECI") else "CIRCLECI is not set"


def _subject(asked: Asked) -> Subject:
    command = ["circleci", "run", "oidc", "get", "--claims", json.dumps({"aud": asked.audience})]
    rooted = [*command, "--root-issuer"] if asked.argument == ROOT else command
    return Subject(meant_for(output_of(rooted, "circleci"), asked.audience, "circleci"))


PLACE = Place("circleci", _absent, _subject, argument=ROOT)
