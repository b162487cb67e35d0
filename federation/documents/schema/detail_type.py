"""Types of authorization details that a target API understands (RFC 9396 section 2)."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from federation.documents.schema.document import Part
from federation.documents.schema.patterns import DETAIL_TYPE, MEMBER_NAME, WORDS
from federation.documents.schema.values import distinct

TypeName = Annotated[str, Field(pattern=DETAIL_TYPE, description=WORDS[DETAIL_TYPE])]
MemberName = Annotated[str, Field(pattern=MEMBER_NAME)]
MemberValues = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=256)]], AfterValidator(distinct), Field(max_length=100)
]


class DetailTypePart(Part):
    """A type, and what its members may be."""

    type: TypeName
    fields: Annotated[
        dict[MemberName, MemberValues],
        Field(
            max_length=32,
            description="Each member that there may be, and its values; none: any text.",
            json_schema_extra={"additionalProperties": False},
        ),
    ]
    required: Annotated[
        list[MemberName], AfterValidator(distinct), Field(default_factory=list, description="What must be there.")
    ]

    @model_validator(mode="after")
    def _required_exist(self) -> Self:
        if "type" in self.fields:
            raise ValueError("type is always there; leave it out of fields")
        if unknown := [name for name in self.required if name not in self.fields]:
            raise ValueError(f"required beyond fields: {', '.join(unknown)}")
        return self


def _one_of_each(types: list[DetailTypePart]) -> list[DetailTypePart]:
    distinct([one.type for one in types])
    return types


DetailTypes = Annotated[list[DetailTypePart], AfterValidator(_one_of_each), Field(max_length=32)]
TypeNames = Annotated[list[TypeName], AfterValidator(distinct), Field(max_length=32)]
