"""Things that a role may be able to do, each tried so that nothing comes of it: a condition that cannot hold."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tests.deployed.sam import Stack

Probe = Callable[[Callable[[str], Any]], object]
"""Given a way to make clients."""

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"})
NEVER = "attribute_exists(pk) AND attribute_not_exists(pk)"
KEY_SET, PUSHED, FETCHED = "8:document6:KeySet1:0", "11:issuer_keys6:pushed", "11:issuer_keys7:fetched"
HEAD = "7:archive"


def permitted(probe: Probe, client: Callable[[str], Any]) -> bool:
    """Whether IAM lets it happen; that the call fails otherwise is part of it."""
    try:
        probe(client)
    except ClientError as error:
        return error.response["Error"]["Code"] not in DENIED
    return True


def probes(stack: Stack, foreign_key: str) -> Mapping[str, Probe]:
    """Name -> probe. `foreign_key`: a KMS key of the account that is none of the stack's."""
    outputs = stack.outputs
    own_key = stack.client("kms").describe_key(KeyId=outputs["SigningKeyId"])["KeyMetadata"]["Arn"]
    return {
        **_tables(outputs["TrustTableName"], outputs["StateTableName"], outputs["AuditTableName"]),
        **_objects(stack.resource("DocumentsBucket"), outputs["ArchiveBucketName"]),
        **_keys(own_key, foreign_key),
        **_services(stack, outputs),
    }


def _tables(trust: str, state: str, audit: str) -> dict[str, Probe]:
    return {
        "read trust": partial(_get, trust, "8:document6:Policy"),
        "read the key set": partial(_get, trust, KEY_SET),
        "query trust": partial(_query, trust),
        "scan trust": partial(_scan, trust),
        "write a policy": partial(_put, trust, "8:document6:Policy"),
        "write a mapping": partial(_put, trust, "8:document7:Mapping1:0"),
        "write the key set": partial(_put, trust, KEY_SET),
        "write pushed keys": partial(_put, trust, PUSHED),
        "write fetched keys": partial(_put, trust, FETCHED),
        "move the archive's head": partial(_put, trust, HEAD),
        "delete a policy": partial(_delete, trust, "8:document6:Policy"),
        "read state": partial(_get, state, "16:approval-request1:x"),
        "claim": partial(_put, state, "4:once1:x"),
        "revoke a token": partial(_put, state, "7:revoked3:jti1:x"),
        "give a token back": partial(_put, state, "11:surrendered3:jti1:x"),
        "revoke an issuer": partial(_put, state, "7:revoked6:issuer1:x"),
        "revoke a subject": partial(_put, state, "7:revoked7:subject1:x"),
        "undo a revocation": partial(_delete, state, "7:revoked1:x"),
        "ask for an approval": partial(_put, state, "16:approval-request1:x"),
        "approve": partial(_put, state, "17:approval-decision1:x"),
        "score": partial(_put, state, "4:risk1:x"),
        "score a subject": partial(_put, state, "4:risk7:subject1:x"),
        "count": partial(_update, state, "9:allowance1:x"),
        "mark what is archived": partial(_batch_delete, state, "8:archived1:x"),
        "scan state": partial(_scan, state),
        "record": partial(_put, audit, f"6:issued22:{'x' * 22}"),
        "record a change of trust": partial(_put, audit, f"6:issued70:trust-{'0' * 64}"),
        "erase a record": partial(_delete, audit, "6:issued1:x"),
        "read a record": partial(_get, audit, "6:issued1:x"),
        "scan records": partial(_scan, audit),
        "drop a table": lambda client: client("dynamodb").delete_table(TableName=state),
        "stop expiry": lambda client: client("dynamodb").update_time_to_live(
            TableName=state, TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": False}
        ),
    }


def _objects(documents: str, archive: str) -> dict[str, Probe]:
    return {
        "publish keys": partial(_put_object, documents, ".well-known/jwks.json"),
        "publish a status list": partial(_put_object, documents, ".well-known/status-list-1"),
        "put elsewhere": partial(_put_object, documents, "index.html"),
        "withdraw the keys": lambda client: client("s3").delete_object(
            Bucket=documents, Key=".well-known/jwks.json", IfMatch='"0"'
        ),
        "read a segment": partial(_get_object, archive, "segments/000000000001.jsonl"),
        "write a segment": partial(_put_object, archive, "segments/000000000001.jsonl"),
        "write beside the segments": partial(_put_object, archive, "elsewhere"),
        "delete a segment": lambda client: client("s3").delete_object(Bucket=archive, Key="segments/none"),
        "shorten the lock": lambda client: client("s3").put_object_retention(
            Bucket=archive, Key="segments/none", BypassGovernanceRetention=True, Retention={"Mode": "GOVERNANCE"}
        ),
        "open the archive": lambda client: client("s3").delete_bucket_policy(Bucket=archive),
    }


def _keys(own: str, foreign: str) -> dict[str, Probe]:
    signed = {"Message": b"x" * 32, "MessageType": "DIGEST", "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}
    return {
        "sign": lambda client: client("kms").sign(KeyId=own, **signed),
        "sign with a foreign key": lambda client: client("kms").sign(KeyId=foreign, **signed),
        "delete the deployment's key": partial(_end, own),
        "delete a foreign key": partial(_end, foreign),
        "give the key away": lambda client: client("kms").create_grant(
            KeyId=own, GranteePrincipal="arn:aws:iam::000000000000:root", Operations=["Sign"]
        ),
        "make a key of another kind": lambda client: client("kms").create_key(
            KeySpec="ECC_NIST_P521", KeyUsage="SIGN_VERIFY"
        ),
    }


def _services(stack: Stack, outputs: Mapping[str, str]) -> dict[str, Probe]:
    queue = stack.resource("ArchiveFailures")
    role = stack.resource("TokenFunctionRole")
    policy = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
    return {
        "tell who decides": lambda client: client("sns").publish(
            TopicArn=outputs["ApprovalTopicArn"], Message='{"approval_id": "probe"}'
        ),
        "say what is missing": lambda client: client("sqs").send_message(QueueUrl=queue, MessageBody="probe"),
        "order keys": partial(_invoke, outputs["RotateFunctionName"]),
        "write trust by the back door": partial(_invoke, outputs["ApplyTrustFunctionName"]),
        "confirm by the back door": partial(_invoke, outputs["ConfirmTrustFunctionName"]),
        "read refusals": lambda client: client("logs").filter_log_events(logGroupName=stack.resource("TokenLogGroup")),
        "widen a role": lambda client: client("iam").put_role_policy(
            RoleName=role, PolicyName="all", PolicyDocument=policy
        ),
    }


def _get(table: str, partition: str, client: Callable[[str], Any]) -> object:
    return client("dynamodb").get_item(TableName=table, Key=_key(table, partition))


def _put(table: str, partition: str, client: Callable[[str], Any]) -> object:
    return client("dynamodb").put_item(TableName=table, Item=_key(table, partition), ConditionExpression=NEVER)


def _delete(table: str, partition: str, client: Callable[[str], Any]) -> object:
    return client("dynamodb").delete_item(TableName=table, Key=_key(table, partition), ConditionExpression=NEVER)


def _update(table: str, partition: str, client: Callable[[str], Any]) -> object:
    values = {":x": {"S": "x"}}
    return client("dynamodb").update_item(
        TableName=table,
        Key=_key(table, partition),
        UpdateExpression="SET x = :x",
        ConditionExpression=NEVER,
        ExpressionAttributeValues=values,
    )


def _batch_delete(table: str, partition: str, client: Callable[[str], Any]) -> object:
    request = {"DeleteRequest": {"Key": _key(table, partition)}}
    return client("dynamodb").batch_write_item(RequestItems={table: [request]})


def _query(table: str, client: Callable[[str], Any]) -> object:
    values = {":partition": {"S": "8:document6:Policy"}}
    return client("dynamodb").query(
        TableName=table, KeyConditionExpression="pk = :partition", ExpressionAttributeValues=values
    )


def _scan(table: str, client: Callable[[str], Any]) -> object:
    return client("dynamodb").scan(TableName=table, Limit=1)


def _key(table: str, partition: str) -> dict[str, Any]:
    ranged = {"sk": {"S": "probe"}} if "TrustTable" in table else {}
    return {"pk": {"S": partition}, **ranged}


def _put_object(bucket: str, key: str, client: Callable[[str], Any]) -> object:
    return client("s3").put_object(Bucket=bucket, Key=key, Body=b"x", IfMatch='"00000000000000000000000000000000"')


def _get_object(bucket: str, key: str, client: Callable[[str], Any]) -> object:
    return client("s3").get_object(Bucket=bucket, Key=key)


def _end(key: str, client: Callable[[str], Any]) -> object:
    return client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=30)


def _invoke(function: str, client: Callable[[str], Any]) -> object:
    return client("lambda").invoke(FunctionName=function, InvocationType="DryRun")
