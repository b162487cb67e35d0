"""Every item that a deployment's first admin is made of may be written by the role that writes it."""

import boto3
import pytest

from federation.bootstrap.first_admin import ISSUER, SUBJECT, first_admin
from federation.local.embedded_aws import EmbeddedAws
from tests.infra.test_permissions import may_write
from tests.support.lambda_template import Deployment, Template

ADMIN = {ISSUER: "https://corp.example.com", SUBJECT: "alice", "FEDERATION_ISSUER": "https://federation.example.com"}
TABLES = {"TrustTable": "FEDERATION_TRUST_TABLE", "AuditTable": "FEDERATION_AUDIT_TABLE"}


@pytest.mark.parametrize("table", TABLES)
def test_the_first_admin_is_written_by_rights_that_its_role_has(template: Template, table: str) -> None:
    deployment = Deployment(template, FirstAdminIssuer=ADMIN[ISSUER], FirstAdminSubject=ADMIN[SUBJECT])
    with EmbeddedAws({}) as environment:
        assert len(first_admin({**environment, **ADMIN})("r-1").created) == 3
        found = boto3.client("dynamodb").scan(TableName=environment[TABLES[table]])["Items"]
    keys = {item["pk"]["S"] for item in found}
    role = "FirstAdminFunctionRole"
    assert keys
    assert {key for key in keys if not may_write(deployment, role, "PutItem", table, key)} == set()
