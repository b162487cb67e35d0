"""Azure Pipelines: the job's OIDC token (learn.microsoft.com, sprint 240: System.OidcRequestUri).

`azure-pipelines:ID` names a service connection; without it the task's own is taken, if it has one.
"""

from urllib.parse import urlencode

from federation.client.errors import BrokenSource
from federation.client.identity import Subject
from federation.client.sources.reading import member_of
from federation.client.sources.source import Asked, Place, Surroundings

NAME = "azure-pipelines"
URI, TOKEN = "SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"
CONNECTION = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"
API = "7.1"


def _absent(around: Surroundings) -> str | None:
    return None if around.has("TF_BUILD", URI) else f"{URI} is not set"


def _subject(asked: Asked) -> Subject:
    if not asked.around.has(TOKEN):
        raise BrokenSource(
            NAME, f"{TOKEN} is not set", f"map it into the step: env: {{{TOKEN}: $(System.AccessToken)}}"
        )
    connection = asked.argument or asked.variable(CONNECTION)
    query = {"api-version": API, **({"serviceConnectionId": connection} if connection else {})}
    url = f"{asked.variable(URI)}?{urlencode(query)}"
    return Subject(member_of(url, "POST", asked.variable(TOKEN), "oidcToken", NAME))


PLACE = Place(NAME, _absent, _subject, argument="SERVICE-CONNECTION")
