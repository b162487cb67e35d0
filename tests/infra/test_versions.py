"""The API invokes a published version of the token function: whatever changes the function must publish another."""

import pytest

from tests.support.lambda_template import CERTIFICATE, DOMAIN, Deployment, Json, Template

LONGEST_DESCRIPTION = 256
LONGEST_RATE = "99999/99999"
OF_THE_FUNCTION_ALONE = {"Tags", "ReservedConcurrentExecutions", "CodeSigningConfigArn"}
"""These hold for all its versions."""
OTHER = {
    "DomainName": DOMAIN,
    "CertificateArn": CERTIFICATE,
    "MtlsDomainName": f"mtls.{DOMAIN}",
    "LogRetentionDays": "7",
    "RequestsPerSecond": "5",
    "KeyRotationDays": "7",
    "TokenProcesses": "9",
    "TokenConcurrency": "9",
    "WebAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1",
}
"""Where a parameter names no other value itself."""


def other(name: str, declared: Json) -> str:
    """A value that is not the default."""
    if "/" in str(declared["Default"]):
        return LONGEST_RATE
    allowed = [str(each) for each in declared.get("AllowedValues", ()) if each != declared["Default"]]
    return OTHER.get(name) or (allowed[0] if allowed else "another")


def published(deployment: Deployment) -> Json:
    """What a version is made of."""
    function = deployment.properties("TokenFunction")
    return {name: value for name, value in function.items() if name not in OF_THE_FUNCTION_ALONE}


def description(deployment: Deployment) -> str:
    (version,) = deployment.of_type("AWS::Lambda::Version").values()
    return str(version["Description"])


def test_a_parameter_publishes_a_version_if_and_only_if_it_changes_the_function(template: Template) -> None:
    """Lambda publishes none for an unchanged function, and CloudFormation fails there."""
    before, wrong = Deployment(template), []
    for name, declared in template["Parameters"].items():
        after = Deployment(template, **{name: other(name, declared)})
        changed = published(after) != published(before)
        if changed is not (description(after) != description(before)):
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize("start", ["snapshot", "provisioned"])
def test_another_way_to_start_is_another_version(template: Template, start: str) -> None:
    assert description(Deployment(template, TokenStart=start)) != description(Deployment(template))


def test_the_longest_parameters_fit_the_description(template: Template) -> None:
    longest = {}
    for name, declared in template["Parameters"].items():
        if "AllowedValues" in declared:
            longest[name] = max(map(str, declared["AllowedValues"]), key=len)
        elif "MaxLength" in declared:
            longest[name] = "d" * declared["MaxLength"]
        elif "/" in str(declared["Default"]):
            longest[name] = LONGEST_RATE
    assert {"DomainName", "MtlsDomainName", "IssuerRate"} < longest.keys()
    assert len(description(Deployment(template, **longest))) <= LONGEST_DESCRIPTION


def test_one_version_is_kept_and_the_alias_leads_to_it(template: Template) -> None:
    """A version that stays costs storage; its snapshot costs by the hour."""
    ((name, version),) = ((n, r) for n, r in template["Resources"].items() if r["Type"] == "AWS::Lambda::Version")
    assert version["DeletionPolicy"] == "Delete"
    alias = template["Resources"]["TokenFunctionAliaslive"]["Properties"]
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [name, "Version"]}


def test_snapshots_are_of_a_python_that_has_them(template: Template) -> None:
    """SnapStart needs Python 3.12, and neither ephemeral storage beyond 512 MB nor a file system."""
    function = Deployment(template, TokenStart="snapshot").properties("TokenFunction")
    assert tuple(map(int, function["Runtime"].removeprefix("python").split("."))) >= (3, 12)
    assert not {"EphemeralStorage", "FileSystemConfigs", "ImageConfig"} & function.keys()
