"""A TrustWriter that files what it writes."""

from federation.aws.items import Item, Pause, full_jitter
from federation.aws.places import FORMAT, places_of
from federation.aws.refiling import Refiling, new_layout
from federation.aws.service import DynamoDb
from federation.aws.trust_marker import marker_in
from federation.aws.trust_writer import DynamoTrustWriter
from federation.aws.trust_writes import FilingRules, Marker


def filing_writer(
    dynamodb: DynamoDb, table: str, audit_table: str, pause: Pause = full_jitter, *, refile: bool = True
) -> DynamoTrustWriter:
    """A writer of documents, which records each write. `refile`: it files what an earlier release has written too."""
    refiling = Refiling(dynamodb, table, pause)

    def marker(item: Item | None) -> Marker:
        found = marker_in(item, FORMAT)
        if found.layout is not None:
            return found
        if not found.revision:
            return Marker(0, new_layout())
        return refiling.run(found.revision) if refile else found

    return DynamoTrustWriter(dynamodb, table, pause, FilingRules(places_of, marker, audit_table))
