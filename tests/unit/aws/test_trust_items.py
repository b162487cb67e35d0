from federation.aws.trust_items import MAPPING_SHARDS, Filing, document_key, document_partition, filing_of
from federation.model.trust import DocumentRef, Kind, Selector


def test_the_partition_of_the_key_set_is_the_one_that_roles_name() -> None:
    assert document_partition(Kind.KEY_SET) == "8:document6:KeySet1:0"


def test_mappings_are_spread_and_all_others_are_together() -> None:
    def partitions(kind: Kind) -> set[str]:
        return {document_key(DocumentRef(kind, f"document-{number}"))["pk"]["S"] for number in range(500)}

    assert len(partitions(Kind.MAPPING)) == MAPPING_SHARDS
    assert len(partitions(Kind.ISSUER)) == len(partitions(Kind.AUDIENCE)) == 1


def test_a_filing_is_read_as_it_was_written() -> None:
    for filing in (Filing("acme", None), Filing('a"]', Selector("sub", "\u00e9,[]"))):
        assert filing_of({"filed_under": {"S": filing.text}}) == filing
    assert filing_of({}) is None
    assert filing_of(None) is None
