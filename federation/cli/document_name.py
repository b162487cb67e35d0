"""The two words that name a document on the command line."""

from typing import Annotated

import typer

from federation.cli.completion import complete_document, complete_kind
from federation.cli.session import KINDS

KindArgument = Annotated[str, typer.Argument(metavar="KIND", help=f"{', '.join(KINDS)}.", autocompletion=complete_kind)]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Of the document.", autocompletion=complete_document)]
