"""What the contract suites run on."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from federation.aws.clients import s3_client
from federation.aws.service import DynamoDb, Kms
from federation.local.embedded_aws import create_tables
from federation.model.documents import CorruptDocument
from federation.model.trust import DocumentRef
from federation.ports import (
    AllIssuers,
    AllPolicies,
    AudiencesByName,
    ClientsById,
    CurrentState,
    CurrentVersionsQuery,
    DocumentPages,
    History,
    IssuersByName,
    KeySets,
    MappingIndex,
    MappingsById,
    PolicyDirectory,
    TrustWriter,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_numbers = count()


@dataclass(frozen=True, slots=True)
class Engine:
    """AWS, as far as the adapters know it."""

    raw: "DynamoDBClient"
    """For setting up, and for looking into what was written."""
    dynamodb: DynamoDb
    """What the adapters stand on."""
    kms: Kms

    def tables(self) -> dict[str, str]:
        """Empty ones; setting -> name."""
        return create_tables(self.raw, f"contract-{next(_numbers)}")

    def bucket(self) -> str:
        """An empty one."""
        name = f"contract-{next(_numbers)}"
        s3_client().create_bucket(Bucket=name)
        return name


@dataclass(frozen=True, slots=True)
class Trust:
    """Every port on the trust table."""

    issuers: AllIssuers
    by_name: IssuersByName
    audiences: AudiencesByName
    mappings: MappingIndex
    mappings_by_id: MappingsById
    policies: AllPolicies
    filed_policies: PolicyDirectory
    current: CurrentState
    writer: TrustWriter
    key_sets: KeySets
    corrupt: list[CorruptDocument]
    clients: ClientsById
    history: History
    pages: DocumentPages

    def versions(self, *refs: DocumentRef) -> Mapping[DocumentRef, int]:
        """Those of the documents that are there."""
        return self.current.standing(CurrentVersionsQuery(documents=frozenset(refs))).versions
