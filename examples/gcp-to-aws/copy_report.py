# ruff: noqa: INP001, T201 - a script of its own
"""A Google Cloud workload puts a report into an AWS bucket. There is no AWS key anywhere.

The metadata server says who the workload is, the bridge's token for the audience `aws` says so to AWS, and the role of
../../infra/trust/aws.yaml is assumed with it. Needs `pip install 'federation-bridge[aws,google]'`.
"""

import os

from federation.client import FederatedToken
from federation.client.clouds.aws import aws_session

REPORT = b"day,payments\n2026-06-01,12\n"

token = FederatedToken(os.environ["FEDBRIDGE_URL"], "aws")
s3 = aws_session(token, os.environ["ROLE_ARN"], region=os.environ["AWS_REGION"]).client("s3")

s3.put_object(Bucket=os.environ["BUCKET"], Key="reports/2026-06-01.csv", Body=REPORT)
print("written: reports/2026-06-01.csv")
