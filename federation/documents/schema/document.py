"""What every kind of trust document has in common."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from federation.documents.schema.patterns import DOCUMENT_ID, WORDS

_MARKUP = re.compile(r"<[A-Za-z!/?]")

DocumentId = Annotated[str, Field(pattern=DOCUMENT_ID, description=WORDS[DOCUMENT_ID])]


def _plain(text: str) -> str:
    """Whoever shows it must not be led to take it for more than text (ATTACKS O8)."""
    if not all(line.isprintable() for line in text.split("\n")):
        raise ValueError("text has no control characters but line feeds")
    if _MARKUP.search(text):
        raise ValueError("text has no markup")
    return text


PlainText = Annotated[str, AfterValidator(_plain)]
Label = Annotated[PlainText, Field(max_length=256)]


class Part(BaseModel):
    """A piece of a document: unknown keys are errors, nothing is converted, nothing changes later."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TrustDocument(Part):
    """`kind` and `id` name a document."""

    id: DocumentId
    description: Annotated[PlainText, Field(max_length=1024, description="For people.")] = ""
    labels: Annotated[
        dict[Label, Label], Field(default_factory=dict, max_length=32, description="For people and their tools.")
    ]
    enabled: Annotated[bool, Field(description="false: as if it were not there, but its id stays taken.")] = True
