"""The section of a provider's page that says how its identities get a token."""

from collections.abc import Iterator

from federation.documents.provider_docs.callers.go import go
from federation.documents.provider_docs.callers.node import node
from federation.documents.provider_docs.callers.own import own_of
from federation.documents.provider_docs.callers.python import python
from federation.documents.provider_docs.callers.shell import curl, fedbridge

LANGUAGES = (
    ("curl", "sh", curl),
    ("fedbridge", "sh", fedbridge),
    ("Python", "python", python),
    ("Node", "js", node),
    ("Go", "go", go),
)
"""(heading, language of the block, text)"""


def callers(provider: str, audience: str) -> Iterator[str]:
    """Paragraphs of Markdown. `audience`: what the examples grant an identity of the provider."""
    own = own_of(provider)
    yield own.setup
    for heading, language, text in LANGUAGES:
        yield f"### {heading}\n\n```{language}\n{text(own, audience).rstrip()}\n```"
