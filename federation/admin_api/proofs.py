"""`GET /admin/v1/audit/{jti}/proof`: that a token's record is in the archive, told without any other record."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from msgspec import Struct
from pydantic import Field

from federation.admin_api.audit import JTI
from federation.admin_api.models import Shown
from federation.admin_api.operation import AdminRequest, Answer, Operation
from federation.admin_api.refusals import AdminRefusal
from federation.archive.proofs import ArchiveProofs
from federation.insight.trail import Trail
from federation.model.confirmation import AUDIT_READ
from federation.oauth.reasons import Reason


class ProofShown(Shown):
    """What an auditor checks offline, with the keys that the bridge publishes now."""

    format: str
    segment: Annotated[int, Field(description="Number of the archive's segment.")]
    line: Annotated[str, Field(description="The record as it stands there, byte by byte.")]
    index: Annotated[int, Field(description="Of the line among the segment's records, from 0.")]
    records: Annotated[int, Field(description="Of the segment.")]
    path: Annotated[list[str], Field(description="Hashes from the line up to the root (RFC 9162 section 2.1.3), hex.")]
    head: Annotated[str, Field(description="A JWS about the root.")]
    key: Annotated[dict[str, Any], Field(description="The public JWK that it names; trust it only where published.")]


class RecordProofs(Struct, frozen=True):
    """A tenant's auditor gets proofs of the tenant's records: they show no other."""

    trail: Trail
    proofs: ArchiveProofs

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/audit/{jti}/proof",
            AUDIT_READ,
            "That the record of a token's issuance is in the archive.",
            handle=self._proof,
            name="getProof",
            variables=(JTI,),
            response=ProofShown,
            refusals=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
        )

    def _proof(self, request: AdminRequest) -> Answer:
        jti = request.path["jti"]
        links = self.trail.chain(jti, request.admin.tenant)
        issued_at = links[0].record.get("issued_at") if links and links[0].record else None
        if not isinstance(issued_at, int):
            raise AdminRefusal(HTTPStatus.NOT_FOUND, Reason.NO_SUCH_RECORD)
        proof = self.proofs.of(jti, issued_at)
        if proof is None:
            raise AdminRefusal(HTTPStatus.CONFLICT, Reason.NOT_ARCHIVED)
        return Answer(HTTPStatus.OK, ProofShown.model_validate(proof))
