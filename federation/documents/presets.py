"""What an Issuer document leaves out because its provider says it: filled in when it is written.

So what is stored is complete, whoever reads it needs no provider, and a later preset changes nothing until the document
is written again.
"""

from msgspec.structs import replace

from federation.documents.source import SourceDocument
from federation.model.json import Json
from federation.model.trust import Kind
from federation.verification.provider import Preset
from federation.verification.providers import provider_named, provider_names


def completed(source: SourceDocument) -> SourceDocument:
    """The document with its provider's preset for each key that it lacks; any other document as it is."""
    if not isinstance(source.value, dict) or source.value.get("kind") != Kind.ISSUER:
        return source
    provider = source.value.get("provider")
    if provider not in provider_names():
        return source
    return replace(source, value={**preset_members(provider_named(str(provider)).preset), **source.value})


def preset_members(preset: Preset) -> dict[str, Json]:
    """The keys that may be left out, with what stands there then."""
    members: dict[str, Json] = {
        "issuer": preset.issuer,
        "algorithms": list(preset.algorithms) or None,
        "max_token_age": preset.max_token_age,
        "max_auth_age": preset.max_auth_age,
    }
    return {name: value for name, value in members.items() if value is not None}
