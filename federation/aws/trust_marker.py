"""How many writes there were, and whether all that they wrote lies where it is found."""

from federation.aws.items import Item
from federation.aws.trust_items import version_of
from federation.aws.trust_writes import Marker


def marker_in(item: Item | None, form: str) -> Marker:
    """Of the item that counts all writes. `form`: of the places that this release knows.

    A release that files nothing counts on and leaves `filed` behind: then nothing is taken to be where it should.
    """
    revision = version_of(item)
    if item is None or "layout" not in item or item.get("filed", {}).get("N") != str(revision):
        return Marker(revision, None)
    layout = str(item["layout"]["S"])
    return Marker(revision, layout if layout.partition("-")[0] == form else None)
