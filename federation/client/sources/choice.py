"""Which identity is taken: the one that is named, or the only one that is here.

`auto` looks at the environment and the file system alone, in the order of PLACES; it asks no network. One is
taken; of two none. Only if there is none it looks at what the machine says of itself (a virtual machine of a cloud).
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from federation.client.errors import NoIdentity, SeveralIdentities, UnknownSource
from federation.client.identity import Subject
from federation.client.sources import (
    aws,
    azure,
    azure_pipelines,
    bitbucket,
    buildkite,
    circleci,
    device,
    files,
    forgejo,
    github,
    gitlab,
    google,
    kubernetes,
    mtls,
    spiffe,
    terraform,
    vercel,
)
from federation.client.sources.source import Found, Place, Source, Surroundings

AUTO: Final = "auto"
VARIABLE: Final = "FEDBRIDGE_SOURCE"
"""Names the source where the program says `auto`."""

PLACES: Final[Sequence[Place]] = (
    files.ENV,
    github.PLACE,
    forgejo.PLACE,
    gitlab.PLACE,
    circleci.PLACE,
    buildkite.PLACE,
    bitbucket.PLACE,
    terraform.PLACE,
    azure_pipelines.PLACE,
    vercel.PLACE,
    spiffe.PLACE,
    kubernetes.PLACE,
    google.PLACE,
    azure.PLACE,
    aws.PLACE,
    files.FILE,
    files.COMMAND,
    mtls.PLACE,
    device.PLACE,
)
"""In the order in which `auto` looks and reports."""
_BY_NAME: Final = {place.name: place for place in PLACES}


class Automatic(Struct, frozen=True):
    """Whatever identity is here when one is needed."""

    around: Surroundings

    @property
    def name(self) -> str:
        """As messages call it."""
        return AUTO

    def subject(self, audience: str) -> Subject:
        """Raises NoIdentity, SeveralIdentities, and what the place raises."""
        return found_here(self.around).subject(audience)


def find_source(name: str = AUTO, around: Surroundings | None = None) -> Source:
    """The source of that name, as `github` or `file:PATH`; raises UnknownSource."""
    surroundings = around or Surroundings()
    named = surroundings.environment.get(VARIABLE, AUTO) if name == AUTO else name
    if named == AUTO:
        return Automatic(surroundings)
    kind, colon, argument = named.partition(":")
    place = _BY_NAME.get(kind)
    if place is None or (colon and not (argument and place.argument)) or (place.argument_required and not argument):
        raise UnknownSource(f"{named} is no source of an identity", f"take auto, or one of {', '.join(_written())}")
    return Found(place, argument, surroundings)


def found_here(around: Surroundings) -> Found:
    """The only identity here; raises NoIdentity, SeveralIdentities."""
    looked = [(place, place.absent(around)) for place in PLACES]
    here = [place for place, absent in looked if absent is None]
    here = here or [place for place in PLACES if place.machine is not None and place.machine(around)]
    if not here:
        raise NoIdentity([(place.name, absent) for place, absent in looked if absent and not place.argument_required])
    if len(here) > 1:
        raise SeveralIdentities([place.name for place in here])
    return Found(here[0], "", around)


def _written() -> list[str]:
    return [f"{each.name}:{each.argument}" if each.argument_required else each.name for each in PLACES]
