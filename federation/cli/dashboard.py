"""`fedbridge dashboard`: the body of a CloudWatch dashboard, for the owner or for a tenant."""

from typing import Annotated

import typer

from federation.admin_api.insight_template import dashboard as body_of
from federation.cli.console import print_json

EXAMPLE = "Example: fedbridge dashboard --tenant acme --region eu-west-1"


def dashboard(
    *,
    region: Annotated[str, typer.Option(metavar="REGION", envvar="AWS_REGION", help="Where the bridge runs.")],
    tenant: Annotated[str | None, typer.Option(metavar="ID", help="Whose numbers alone.")] = None,
    stack: Annotated[str, typer.Option(metavar="NAME", help="Of the bridge.")] = "federation-bridge",
    queue: Annotated[str, typer.Option(metavar="NAME", help="Of what the archive gave up, as the stack has it.")] = "",
    algorithm: Annotated[str, typer.Option(metavar="ALG", help="That the bridge signs with, for its cost.")] = "RS256",
    as_json: Annotated[bool, typer.Option("--json", help="It always is.")] = True,  # noqa: ARG001
) -> None:
    """Print JSON. The owner's is deployed with the bridge already; one for a tenant shows its issuers and its cost."""
    print_json(body_of(stack, region, queue, tenant, algorithm))
