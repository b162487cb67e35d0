"""How often somebody may ask."""

from typing import Annotated

from pydantic import Field

from federation.documents.schema.document import Part

MOST = 100_000


class RateLimitPart(Part):
    """A bucket of `burst` that `per_second` refills."""

    per_second: Annotated[int, Field(ge=1, le=MOST, description="Requests a second, in the long run.")]
    burst: Annotated[int, Field(ge=1, le=MOST, description="Requests at once.")]
