"""`GET /admin/v1/providers` and `POST /admin/v1/drafts`: from a token's claims to the documents that let it in."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any, Self

from msgspec import Struct
from pydantic import Field

from federation.admin_api.explain import Words
from federation.admin_api.models import Body, Shown
from federation.admin_api.operation import AdminRequest, Answer, Operation
from federation.admin_api.refusals import wrong
from federation.documents.provider_docs.source import told
from federation.documents.schema.document import DocumentId
from federation.insight.drafts import partner
from federation.insight.drafts.examples import example_tokens
from federation.insight.render import render
from federation.insight.snapshot.loading import TrustLoader
from federation.mapping.match import as_path
from federation.model.confirmation import TRUST_READ
from federation.verification.providers import module_of, provider_named, provider_names

Text = Annotated[str, Field(max_length=2048)]


class DraftBody(Body):
    """A partner's token as its claims say, and what it is to reach."""

    claims: Annotated[dict[str, Any], Field(repr=False, description="Of a token, without its text.")]
    audience: Annotated[DocumentId, Field(description="Id of an Audience.")]
    scopes: Annotated[Words, Field(description="Separated by spaces, or a list.")]
    issuer: Annotated[Text, Field(description="URL or trust domain, where the claims do not say.")] = ""
    provider: Annotated[Text, Field(description="As an Issuer names it; without it, by the issuer and the claims.")] = (
        ""
    )
    algorithm: Annotated[Text, Field(description="That the token is signed with.")] = ""
    principal: Annotated[Text, Field(description="Whom it becomes; one is proposed.")] = ""
    pins: Annotated[
        list[Text] | None,
        Field(max_length=50, description="Claim paths to pin; without it, those the provider asks for."),
    ] = None


class PinShown(Shown):
    """A claim that a mapping may pin, or must not."""

    path: str
    value: str | int | bool
    pinned: bool
    why: Annotated[str, Field(description="Why it is pinned, or why no mapping may rest on it.")]
    unfit: bool


class DraftShown(Shown):
    """Documents that let in this identity. Nothing was written: plan them."""

    provider: str
    known_issuer: Annotated[str | None, Field(description="Id of the Issuer that is there already.")]
    documents: list[dict[str, Any]]
    pins: list[PinShown]
    problem: Annotated[str | None, Field(description="Why these pins would let in too many.")]


class ProviderShown(Shown):
    """A kind of identity provider that this version knows."""

    name: str
    about: str
    issuer: Annotated[str, Field(description="Of the example, or the only one there is.")]
    says: Annotated[str, Field(description="What the example is a token of.")]
    claims: Annotated[
        dict[str, Any], Field(description="Of the example, without times and `aud`; empty: there is none.")
    ]
    pins: Annotated[str, Field(description="What it wants pinned, in words.")]
    named: Annotated[dict[str, str], Field(description="Claim -> when a mapping must name it.")]
    unfit: Annotated[dict[str, str], Field(description="Claim -> why no mapping may rest on it.")]

    @classmethod
    def of(cls, name: str) -> Self:
        """All that this version knows of it."""
        provider, example = provider_named(name), example_tokens().get(name)
        return cls(
            name=name,
            about=told(module_of(name)).partition("\n")[0],
            issuer=provider.preset.issuer or (example.issuer if example else ""),
            says=example.says if example else "",
            claims=dict(example.claims) if example else {},
            pins=provider.mapping_problem({}) or "",
            named=dict(provider.named_when),
            unfit={".".join(map(as_path, one.path)): f"{one.why}; instead: {one.instead}" for one in provider.unfit},
        )


class ProvidersShown(Shown):
    """All of them, by name."""

    items: list[ProviderShown]


class Drafts(Struct, frozen=True):
    """Looks at what stands, and writes nothing."""

    loader: TrustLoader

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/providers",
            TRUST_READ,
            "The kinds of identity providers, what a mapping must pin, and an example of their tokens.",
            handle=self._providers,
            name="listProviders",
            response=ProvidersShown,
        )
        yield Operation(
            "POST",
            "/drafts",
            TRUST_READ,
            "The Issuer and the Mapping that let in one identity, with the claims pinned that its provider asks for.",
            handle=self._draft,
            name="draft",
            request=DraftBody,
            response=DraftShown,
            refusals=(HTTPStatus.UNPROCESSABLE_ENTITY,),
        )

    def _providers(self, _request: AdminRequest) -> Answer:
        return Answer(HTTPStatus.OK, ProvidersShown(items=[ProviderShown.of(name) for name in provider_names()]))

    def _draft(self, request: AdminRequest) -> Answer:
        asked: DraftBody = request.body
        scopes = tuple(asked.scopes.split())
        if not scopes:
            raise wrong("/scopes", "name at least one scope of the audience")
        if asked.provider and asked.provider not in provider_names():
            raise wrong("/provider", f"this version knows {', '.join(provider_names())}")
        shown = partner.Shown(
            claims=asked.claims,
            audience=asked.audience,
            scopes=scopes,
            issuer=asked.issuer,
            provider=asked.provider,
            algorithm=asked.algorithm,
            principal=asked.principal,
            tenant=request.admin.tenant or "",
            pins=None if asked.pins is None else tuple(asked.pins),
        )
        if not shown.url:
            raise wrong("/issuer", "the claims have no iss: name the issuer")
        snapshot, _ = self.loader.everything(request.admin.tenant)
        drafted = partner.draft(snapshot, shown, self.loader.own_issuer)
        return Answer(HTTPStatus.OK, DraftShown.model_validate(render(drafted)))
