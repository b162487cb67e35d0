"""The drills, as data: what is broken, how that shows, the runbook, and the commands of the way out."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from io import StringIO

from msgspec import Struct

from federation.aws.archive_segments import S3Segments
from federation.aws.clients import boto_dynamodb, boto_kms, s3_client
from federation.aws.key_sets import DocumentKeySets
from federation.aws.signer import KmsSigner
from federation.aws.trust_writer import DynamoTrustWriter
from federation.bootstrap.refresh_keys import key_refresh
from federation.local.audit_trail import RefusalLog
from federation.local.drills.stage import AUDIENCE, POLICY, WORKER, Stage, policy, reason_of
from federation.local.embedded_aws import measure
from federation.local.events import LambdaContext
from federation.local.faults import kms_quota, lost_bucket
from federation.local.server import LOOPBACK, listen
from federation.minting.jws import assemble, signing_input
from federation.model.json import Json
from federation.model.keys import KeySet, SigningKey
from federation.model.made_signature import Purpose, unrecorded
from federation.model.trust import DocumentRef, Kind
from federation.system import SystemClock
from functions.refresh_keys import RefreshHandler
from functions.telemetry import Counters, structured_logger

PERIOD = 300
SILENT = "drill-silent"


class Drill(Struct, frozen=True):
    """One game day."""

    name: str
    runbook: str
    symptom: str
    begin: Callable[[Stage], AbstractContextManager[None]]
    """Breaks it; its exit undoes that, whatever was done meanwhile."""
    is_over: Callable[[Stage], bool]
    walk: tuple[str, ...]
    """Commands of the runbook that end it; `mend`: what is done at AWS."""
    mend: Callable[[Stage], None] | None = None


def is_steady(stage: Stage) -> bool:
    """A worker gets tokens, keys are published, the archive takes records."""
    archive = S3Segments(s3_client(), stage.bridge.settings.archive_bucket)
    try:
        return stage.exchange().status == 200 and archive.get(1) is not None  # noqa: PLR2004 (HTTP)
    except Exception:  # noqa: BLE001 (whatever is broken: it is not steady)
        return False


# --- key-leak ---------------------------------------------------------------------------------------------------------


def _keys(stage: Stage) -> KeySet:
    writer = DynamoTrustWriter(boto_dynamodb(), stage.bridge.settings.trust_table)
    return DocumentKeySets(writer).load() or KeySet()


def _forged(stage: Stage, key: SigningKey) -> str:
    """A token that we never issued, by our own key."""
    now = int(time.time())
    claims: dict[str, Json] = {
        "iss": stage.bridge.issuer,
        "sub": "admin/nobody",
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 300,
    }
    message = signing_input(key, {**claims, "jti": "drill-unknown", "client_id": "nobody"})
    return assemble(key, message, KmsSigner(boto_kms(unrecorded), Purpose.TOKEN).sign(key, message))


@contextmanager
def _leak(stage: Stage) -> Iterator[None]:
    key = _keys(stage).active
    assert key  # noqa: S101 - the bridge signs
    (stage.folder / "found.jwt").write_text(_forged(stage, key), encoding="ascii")
    (stage.folder / "found.kid").write_text(key.kid, encoding="ascii")
    try:
        yield
    finally:
        if not _is_revoked(stage):
            stage.keep_admin()
            stage.admin().post(f"/keys/{key.kid}/revoke", {"reason": "the drill is over"})


def _is_revoked(stage: Stage) -> bool:
    kid = (stage.folder / "found.kid").read_text("ascii")
    return kid not in {key.kid for key in _keys(stage).keys}


# --- issuer-down ------------------------------------------------------------------------------------------------------


@contextmanager
def _issuer_down(stage: Stage) -> Iterator[None]:
    with listen(0) as listener:
        port = listener.getsockname()[1]
    url = f"http://{LOOPBACK}:{port}"  # the port is closed again
    document = {"kind": "Issuer", "id": SILENT, "provider": "oidc", "issuer": url, "keys": {"discovery": True}}
    stage.admin().post("/apply", {"documents": [document]})
    stage.write("off", {**document, "enabled": False})
    try:
        for _ in range(3):
            stage.metrics.elapse(PERIOD)
            _refresh(stage)
        yield
    finally:
        stage.bridge.forget([DocumentRef(Kind.ISSUER, SILENT)])


def _refresh(stage: Stage) -> tuple[str, ...]:
    """One run of the function; issuers whose keys are stale."""
    stream = RefusalLog(StringIO(), measure=measure)
    context = LambdaContext("RefreshKeysFunction", "drill", SystemClock(), 0, 512)
    refresh = key_refresh(stage.bridge.settings)
    handler = RefreshHandler(refresh, structured_logger(stream), Counters(stream))  # type: ignore[arg-type]
    stale = handler.handle({}, context)["stale"]
    return tuple(stale) if isinstance(stale, (list, tuple)) else ()


# --- kms-throttled ----------------------------------------------------------------------------------------------------


@contextmanager
def _throttled(stage: Stage) -> Iterator[None]:
    """Others in the account use all of the quota."""
    try:
        stage.fault.enter_context(kms_quota(0))
        for _ in range(5):
            stage.exchange()
        yield
    finally:
        stage.fault.close()


# --- archive-broken ---------------------------------------------------------------------------------------------------


@contextmanager
def _archive_broken(stage: Stage) -> Iterator[None]:
    try:
        stage.fault.enter_context(lost_bucket(stage.bridge.settings.archive_bucket))
        for _ in range(3):
            stage.metrics.elapse(PERIOD)
            stage.exchange()
            time.sleep(1.5)  # the stream tells the function, which fails
        yield
    finally:
        stage.fault.close()


# --- bad-policy -------------------------------------------------------------------------------------------------------


@contextmanager
def _bad_policy(stage: Stage) -> Iterator[None]:
    bad = policy('context.token_age < duration("24h")')
    try:
        stage.admin().post("/apply", {"documents": [bad], "reason": "tidied up"})
        for _ in range(3):
            stage.exchange()
        yield
    finally:
        if reason_of(stage.exchange()):
            stage.admin().post("/apply", {"documents": [policy('context.token_age > duration("24h")')]})


DRILLS: Mapping[str, Drill] = {
    one.name: one
    for one in (
        Drill(
            "key-leak",
            "key-leak",
            "A partner shows a token of ours that they were offered: found.jwt. Its jti is drill-unknown.",
            _leak,
            _is_revoked,
            (
                "fedbridge audit search --jti drill-unknown --since 24h",
                'fedbridge keys revoke "$(cat found.kid)" --reason "signed what we did not issue"',
            ),
        ),
        Drill(
            "issuer-down",
            "issuer-keys-stale",
            "The alarm issuer-keys-stale rings. The partner says that its identity provider is gone for good.",
            _issuer_down,
            lambda stage: SILENT not in _refresh(stage),
            ("fedbridge stats issuers --window 30m", "fedbridge apply off --yes"),
        ),
        Drill(
            "kms-throttled",
            "kms-throttled",
            f"The alarm kms-throttled rings, and {WORKER} gets no tokens.",
            _throttled,
            lambda stage: not reason_of(stage.exchange()),
            ("fedbridge stats aws --window 15m", "fedbridge stats exchanges --window 15m", "mend"),
            lambda stage: stage.fault.close(),
        ),
        Drill(
            "archive-broken",
            "archive-errors",
            "The alarm archive-errors rings.",
            _archive_broken,
            is_steady,
            ("fedbridge stats functions --window 1h", "mend", "fedbridge stats archive --window 15m"),
            lambda stage: stage.fault.close(),
        ),
        Drill(
            "bad-policy",
            "bad-policy",
            f"{WORKER} is refused since a few minutes ago.",
            _bad_policy,
            lambda stage: not reason_of(stage.exchange()),
            (
                "fedbridge stats refusals --window 15m",
                f"fedbridge history Policy {POLICY}",
                f'fedbridge restore Policy {POLICY} --version 1 --reason "refused what was good"',
            ),
        ),
    )
}
