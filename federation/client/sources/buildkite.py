"""Buildkite jobs: `buildkite-agent oidc request-token` (buildkite.com/docs/agent/cli/reference/oidc)."""

from federation.client.identity import Subject
from federation.client.sources.reading import meant_for, output_of
from federation.client.sources.source import Asked, Place, Surroundings

_IDS = "organization_id,pipeline_id"
"""A mapping pins one of them, and no token has them unasked."""


def _absent(around: Surroundings) -> str | None:
    return None if around.has("BUILDKITE") else "BUILDKITE is not set"


def _subject(asked: Asked) -> Subject:
    command = ["buildkite-agent", "oidc", "request-token", "--audience", asked.audience, "--claim", _IDS]
    return Subject(meant_for(output_of(command, "buildkite"), asked.audience, "buildkite"))


PLACE = Place("buildkite", _absent, _subject)
