import pytest

from tests.support.lambda_template import Deployment, Statement, Template, statements


@pytest.fixture
def policy(deployment: Deployment) -> list[Statement]:
    return statements(deployment.properties("SigningKey")["KeyPolicy"])


@pytest.mark.parametrize(
    ("algorithm", "spec", "kms_algorithm"),
    [
        ("RS256", "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
        ("PS256", "RSA_2048", "RSASSA_PSS_SHA_256"),
        ("ES256", "ECC_NIST_P256", "ECDSA_SHA_256"),
    ],
)
def test_the_key_fits_the_algorithm(template: Template, algorithm: str, spec: str, kms_algorithm: str) -> None:
    deployment = Deployment(template, SigningAlgorithm=algorithm)
    key = deployment.properties("SigningKey")
    assert (key["KeySpec"], key["KeyUsage"]) == (spec, "SIGN_VERIFY")
    signing = statements(key["KeyPolicy"])[0]
    assert kms_algorithm in signing.condition["StringEquals"]["kms:SigningAlgorithm"]
    variables = deployment.properties("TokenFunction")["Environment"]["Variables"]
    assert variables["FEDERATION_SIGNING_ALGORITHM"] == algorithm


SIGNERS = ["TokenFunctionRole", "IntrospectFunctionRole", "StatusFunctionRole", "ArchiveFunctionRole"]
"""Who issues tokens, answers about them with evidence (RFC 9701), says which are revoked, archives what happened."""


def test_only_four_functions_sign_and_only_with_the_keys_algorithms(policy: list[Statement]) -> None:
    (signing,) = [each for each in policy if "kms:Sign" in each.actions]
    assert (signing.effect, signing.principal, signing.actions) == ("Allow", {"AWS": SIGNERS}, ("kms:Sign",))
    assert signing.condition.keys() == {"StringEquals"}
    assert signing.condition["StringEquals"].keys() == {"kms:SigningAlgorithm"}


def test_an_administrator_can_neither_sign_nor_hand_out_signing(policy: list[Statement]) -> None:
    (administration,) = [each for each in policy if "root" in each.principal["AWS"]]
    assert administration.principal == {"AWS": "arn:<AWS::Partition>:iam::<AWS::AccountId>:root"}
    assert not {"kms:Sign", "kms:CreateGrant", "kms:*"} & set(administration.actions)
    assert not [action for action in administration.actions if "*" in action]


def test_an_administrator_can_still_change_the_policy(policy: list[Statement]) -> None:
    """Without this KMS refuses the policy, since nobody could ever mend it."""
    assert [each for each in policy if "kms:PutKeyPolicy" in each.actions and "root" in str(each.principal)]


def test_the_key_outlives_the_stack(deployment: Deployment) -> None:
    key = deployment.resources["SigningKey"]
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert deployment.properties("SigningKeyAlias")["TargetKeyId"] == "SigningKey"
