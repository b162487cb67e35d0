"""A second admin's yes to a dangerous document (ATTACKS E10): `/admin/v1/confirmations` has what waits for it."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice

from msgspec import Struct

from federation.admin.confirm import CannotConfirm, Confirmer, OwnDocument
from federation.admin.second_admin import NewAdmin, SecondAdmin
from federation.admin_api.edits import Edits
from federation.admin_api.kinds import ID, KIND, ref_of
from federation.admin_api.models import ConfirmBody
from federation.admin_api.operation import AdminRequest, Answer, Operation, etag_of
from federation.admin_api.refusals import conflict, forbidden, stale
from federation.admin_api.shown import DocumentShown, PendingShown, WaitingShown
from federation.admin_api.visible import Visible
from federation.model.confirmation import TRUST_READ, TRUST_WRITE
from federation.model.documents import CorruptDocument
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from federation.oauth.reasons import Reason
from federation.ports import BucketFull, Clock, VersionConflict

MOST_SHOWN = 100


class Confirmations(Struct, frozen=True):
    """It takes two admins to trust a whole issuer."""

    confirmer: Confirmer
    second: SecondAdmin
    edits: Edits
    visible: Visible
    clock: Clock

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/confirmations",
            TRUST_READ,
            "What waits for a second admin, with who wrote it and why.",
            handle=self._list,
            name="listConfirmations",
            response=PendingShown,
        )
        yield Operation(
            "POST",
            "/{kind}/{id}/confirm",
            TRUST_WRITE,
            "Let a dangerous document hold that somebody else wrote.",
            handle=self._confirm,
            name="confirmDocument",
            variables=(KIND, ID),
            request=ConfirmBody,
            response=DocumentShown,
            refusals=(
                *(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
                *(HTTPStatus.PRECONDITION_FAILED, HTTPStatus.UNPROCESSABLE_ENTITY),
            ),
        )

    def _list(self, request: AdminRequest) -> Answer:
        refs = [DocumentRef(Kind.MAPPING, id_) for id_ in self.edits.loader.pages.pending_mappings()]
        found = (one for ref in refs if (one := self.visible.document(request.admin, ref)) is not None)
        own = list(islice(found, MOST_SHOWN + 1))
        items = [WaitingShown.of(one) for one in own[:MOST_SHOWN]]
        return Answer(HTTPStatus.OK, PendingShown(items=items, truncated=len(own) > MOST_SHOWN))

    def _confirm(self, request: AdminRequest) -> Answer:
        ref = ref_of(request.path["kind"], request.path["id"])
        stored = self.visible.document(request.admin, ref)
        if stored is None:
            raise self.visible.missing(request.admin, ref)
        self.edits.check_rights(request, ref, stored.body, stored.body)
        try:
            self._let_hold(request, DocumentVersion(ref, request.body.version))
        except OwnDocument as error:
            raise forbidden(Reason.OWN_DOCUMENT, str(error)) from None
        except NewAdmin as error:
            raise forbidden(Reason.NEW_ADMIN, str(error)) from None
        except (CannotConfirm, CorruptDocument) as error:
            raise conflict(Reason.CANNOT_CONFIRM, str(error)) from None
        except VersionConflict:
            raise stale() from None
        except BucketFull as error:
            raise conflict(Reason.BUCKET_FULL, str(error)) from None
        confirmed = self.visible.document(request.admin, ref) or stored
        return Answer(HTTPStatus.OK, DocumentShown.of(confirmed), {"etag": etag_of(confirmed.version)})

    def _let_hold(self, request: AdminRequest, wanted: DocumentVersion) -> None:
        """Safe like any other write: with one more mapping, an identity may fit two (E8), and be refused."""
        revision = self.edits.loader.pages.revision()
        change = request.admin.change(self.clock, request.body.reason, request.correlation_id)
        planned = self.confirmer.planned(wanted, change)
        self.second.check(request.admin.came, planned)
        needs_revision = self.edits.check_safe(request, [planned])
        self.confirmer.confirm(wanted, change, revision if needs_revision else None)
