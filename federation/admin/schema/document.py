"""What every kind of trust document has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from federation.admin.schema.patterns import DOCUMENT_ID, WORDS

DocumentId = Annotated[str, Field(pattern=DOCUMENT_ID, description=WORDS[DOCUMENT_ID])]


class Part(BaseModel):
    """A piece of a document: unknown keys are errors, nothing is converted, nothing changes later."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TrustDocument(Part):
    """`kind` and `id` name a document."""

    id: DocumentId
    description: Annotated[str, Field(max_length=1024, description="For people.")] = ""
    labels: Annotated[
        dict[str, str], Field(default_factory=dict, max_length=32, description="For people and their tools.")
    ]
    enabled: Annotated[bool, Field(description="false: as if it were not there, but its id stays taken.")] = True
