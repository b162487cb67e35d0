import subprocess

from tests.support.lambda_template import ROOT, SAM


def test_sam_finds_the_template_valid_and_has_nothing_to_remark() -> None:
    command = [
        str(SAM / "sam"),
        "validate",
        "--lint",
        "--template",
        str(ROOT / "template.yaml"),
        "--region",
        "eu-west-1",
    ]
    environment = {"SAM_CLI_TELEMETRY": "0", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    outcome = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=ROOT)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "is a valid SAM Template" in outcome.stdout
