"""Sessions of IAM roles, made as an account's administrator makes them."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from tests.deployed.sam import Stack

SESSION = "deployed"
"""Of sessions that are made here; a function's own have its name."""
OPERATOR = "operator"
"""A user who may assume roles; the account's root may not."""


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials of a role."""

    access_key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    role_id: str
    """What no later role of the same name has."""

    def changed(self, **members: str) -> "Session":
        return replace(self, **members)

    @property
    def credentials(self) -> dict[str, str]:
        """As boto3 takes them."""
        names = {"aws_access_key_id": self.access_key, "aws_secret_access_key": self.secret}
        return {**names, "aws_session_token": self.token}


class Account:
    """Makes roles and sessions."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._iam = stack.client("iam")
        user = self._iam.create_user(UserName=OPERATOR)["User"]
        self._arn = user["Arn"]
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        self._iam.put_user_policy(UserName=OPERATOR, PolicyName=OPERATOR, PolicyDocument=_policy(statement))
        key = self._iam.create_access_key(UserName=OPERATOR)["AccessKey"]
        self._key = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

    def role(self, name: str, *statements: dict[str, Any]) -> Session:
        """A new one that may do this."""
        trust = _policy(self._trust())
        self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        if statements:
            self._iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=_policy(*statements))
        return self._assume(name)

    def of_function(self, role: str) -> Session:
        """A function's own role, which for this an administrator lets the operator assume; its rights stay."""
        before = self._iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        document = json.loads(before) if isinstance(before, str) else before
        widened = {**document, "Statement": [*document["Statement"], self._trust()]}
        self._iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(widened))
        return self._assume(role)

    def _trust(self) -> dict[str, Any]:
        return {"Effect": "Allow", "Principal": {"AWS": self._arn}, "Action": "sts:AssumeRole"}

    def _assume(self, role: str) -> Session:
        found = self._iam.get_role(RoleName=role)["Role"]
        sts = self._stack.client("sts", **self._key)
        made = sts.assume_role(RoleArn=found["Arn"], RoleSessionName=SESSION)["Credentials"]
        return Session(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], found["RoleId"])


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
