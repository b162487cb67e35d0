"""AWS services as the adapters call them: an operation's name, with its request and its answer by the wire's names.

Bytes are bytes on both sides; base64 is the wire's affair. Two adapters provide this: `federation.aws.lean` for the
functions that answer requests, `federation.aws.boto` for everything else.
"""

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

from federation.model.made_signature import Record, unrecorded

Member: TypeAlias = Any
"""Of a request, as the service has it."""
Answer: TypeAlias = dict[str, Any]
METADATA, REQUEST_ID = "ResponseMetadata", "RequestId"
"""Where every answer says by what name AWS knows the request."""
Started: TypeAlias = Callable[[], Answer]
"""Waits for the answer of a call that is on its way; raises AwsRefused, AwsUnreachable or AwsUnusable."""


class Service(Protocol):
    """One service of AWS, in one region, as one role."""

    def start(self, operation: str, request: Answer) -> Started:
        """Sends the request and waits for nothing. Raises nothing: what goes wrong, the answer raises."""
        ...


class DynamoDb(Struct, frozen=True):
    """The operations on tables that the adapters use. Each raises AwsRefused, AwsUnreachable or AwsUnusable."""

    service: Service

    def start(self, operation: str, request: Answer) -> Started:
        """As `Service.start`."""
        return self.service.start(operation, request)

    def get_item(self, **request: Member) -> Answer:
        """GetItem."""
        return self.service.start("GetItem", request)()

    def put_item(self, **request: Member) -> Answer:
        """PutItem."""
        return self.service.start("PutItem", request)()

    def update_item(self, **request: Member) -> Answer:
        """UpdateItem."""
        return self.service.start("UpdateItem", request)()

    def delete_item(self, **request: Member) -> Answer:
        """DeleteItem."""
        return self.service.start("DeleteItem", request)()

    def batch_get_item(self, **request: Member) -> Answer:
        """BatchGetItem."""
        return self.service.start("BatchGetItem", request)()

    def batch_write_item(self, **request: Member) -> Answer:
        """BatchWriteItem."""
        return self.service.start("BatchWriteItem", request)()

    def transact_write_items(self, **request: Member) -> Answer:
        """TransactWriteItems. A request without a ClientRequestToken gets one, the same for every attempt."""
        return self.service.start("TransactWriteItems", request)()

    def query(self, **request: Member) -> Answer:
        """Query: one page."""
        return self.service.start("Query", request)()

    def query_pages(self, **request: Member) -> Iterator[Answer]:
        """Query: page after page, as they are asked for."""
        while True:
            page = self.query(**request)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


class Kms(Struct, frozen=True):
    """Signing by KMS."""

    service: Service
    record: Record = unrecorded
    """Told of each signature, as soon as KMS has answered."""

    def start_sign(self, **request: Member) -> Started:
        """Sign; the answer's `Signature` is bytes."""
        return self.service.start("Sign", request)


class AwsServices(Struct, frozen=True):
    """What an endpoint needs of AWS."""

    dynamodb: DynamoDb
    kms: Kms
    drop_connections: Callable[[], None] = lambda: None
    """Closes every connection that rests: in a restored snapshot its other end is gone."""

    def recording(self, record: Record) -> "AwsServices":
        """The same, with each signature on record."""
        return AwsServices(self.dynamodb, Kms(self.kms.service, record), self.drop_connections)
