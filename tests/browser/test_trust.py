"""Trust, as an admin edits it who has never seen the command line."""

from playwright.sync_api import Browser, Page, Route, expect

from federation.client.admin import AdminApi
from federation.console.server import Standing
from federation.console.views.trust import ROWS
from tests.browser.conftest import opened

AUDIENCE = """\
kind: Audience
id: {id}
resource: https://{id}.internal.example.com
scopes:
  - read
"""
EVERYBODY = """\
kind: Mapping
id: everybody
issuer: acme-okta
dangerous: true
match: {sub: "*"}
principal: partner/acme/everybody
grants: [{audience: risk-engine, scopes: ["risk:score:read"]}]
"""


def write(page: Page, console: Standing, kind: str, text: str) -> None:
    page.goto(f"{console.url}/trust/new/{kind}")
    page.get_by_label("The document, as YAML").fill(text)
    expect(page.locator("#checked")).to_contain_text("It may be written")
    page.get_by_label("Reason").fill("for a test")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status").first).to_contain_text("It is written")


def test_documents_are_found_and_read(page: Page, console: Standing) -> None:
    page.get_by_role("link", name="Trust").click()
    page.get_by_role("link", name="Mappings").click()
    expect(page).to_have_url(f"{console.url}/trust?kind=mappings")
    page.locator("html[data-script=ready]").wait_for(state="attached")
    page.keyboard.press("/")
    page.keyboard.type("synchronises bills")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{console.url}/trust?kind=mappings&search=synchronises+bills&tenant=")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mapping acme-billing-sync")


def test_a_long_list_has_pages_that_a_key_turns_and_a_link_leads_back_to(
    page: Page, console: Standing, api: AdminApi
) -> None:
    for number in range(ROWS + 5):
        zone = {"kind": "Zone", "id": f"paged-{number:03}", "cidrs": ["203.0.113.0/24"]}
        api.put(f"/zones/{zone['id']}", zone, None)
    rows = page.locator("[data-row]")
    page.goto(f"{console.url}/trust?kind=zones&search=paged-")
    expect(rows).to_have_count(ROWS)
    page.locator("html[data-script=ready]").wait_for(state="attached")
    page.keyboard.press("n")
    expect(rows).to_have_count(5)
    expect(rows.last).to_contain_text(f"paged-{ROWS + 4:03}")
    page.goto(page.url)
    expect(rows).to_have_count(5)
    page.go_back()
    expect(rows).to_have_count(ROWS)


def test_what_takes_long_is_cancelled_and_the_text_stays(page: Page, console: Standing) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/trust/effect", hold)
    page.goto(f"{console.url}/trust/mappings/acme-billing-sync")
    area, effect = page.get_by_label("The document, as YAML"), page.locator("#effect")
    edited = area.input_value().replace("partner/acme/billing-sync", "partner/acme/billing-mirror")
    area.fill(edited)
    expect(effect.get_by_role("progressbar")).to_have_count(1)
    effect.get_by_role("button", name="Cancel").click()
    expect(effect.get_by_role("progressbar")).to_have_count(0)
    expect(area).to_have_value(edited)
    assert held
    page.unroute("**/trust/effect")
    area.fill(f"{edited}\n")
    expect(effect).to_contain_text("partner/acme/billing-mirror gains")


def test_a_mistake_is_marked_at_its_line_while_one_writes(page: Page, console: Standing) -> None:
    page.goto(f"{console.url}/trust/mappings/acme-billing-sync")
    area = page.get_by_label("The document, as YAML")
    text = area.input_value()
    line = text.split("\n").index("principal: partner/acme/billing-sync")
    area.fill(text.replace("principal:", "principl:"))
    expect(page.locator(".gutter li.bad")).to_have_count(2)  # the member that is unknown, and the one that is missing
    expect(page.locator(".gutter li").nth(line)).to_have_class("bad")
    expect(page.locator("#checked")).to_contain_text("did you mean principal?")
    area.fill(text)
    expect(page.locator(".gutter li.bad")).to_have_count(0)


def test_an_edit_shows_whom_it_touches_is_applied_and_undone(page: Page, console: Standing, api: AdminApi) -> None:
    path = "/trust/mappings/acme-billing-sync"
    page.goto(f"{console.url}{path}")
    area = page.get_by_label("The document, as YAML")
    area.fill(area.input_value().replace("partner/acme/billing-sync", "partner/acme/billing-mirror"))
    expect(page.locator("#effect")).to_contain_text("partner/acme/billing-mirror gains")
    expect(page.locator("#effect")).to_contain_text("partner/acme/billing-sync loses")
    page.get_by_label("Reason").fill("renamed")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").first).to_contain_text("It is written")
    assert api.get("/mappings/acme-billing-sync").members["document"]["principal"] == "partner/acme/billing-mirror"
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.locator("#v2")).to_contain_text("renamed")
    page.locator("#v1 summary").click()
    page.locator("#v1").get_by_label("Reason").fill("undo")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_role("status").first).to_contain_text("It is restored")
    assert api.get("/mappings/acme-billing-sync").members["document"]["principal"] == "partner/acme/billing-sync"


def test_a_form_made_from_the_schema_writes_the_same(page: Page, console: Standing, api: AdminApi) -> None:
    page.goto(f"{console.url}/trust/mappings/acme-batch-workers?as=form")
    expect(page.locator("#checked")).to_contain_text("It says what stands there already")
    page.get_by_label("description", exact=False).first.fill("Workers, by a form")
    expect(page.locator("#checked")).to_contain_text("/description")
    page.get_by_role("button", name="Go on in YAML").click()
    assert "description: Workers, by a form" in page.get_by_label("The document, as YAML").input_value()
    expect(page.locator("#checked")).to_contain_text("It may be written")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status").first).to_contain_text("It is written")
    assert api.get("/mappings/acme-batch-workers").members["document"]["description"] == "Workers, by a form"


def test_what_is_new_is_written_and_deleted_and_comes_back(page: Page, console: Standing, api: AdminApi) -> None:
    write(page, console, "audiences", AUDIENCE.format(id="fresh-api"))
    assert api.get("/audiences/fresh-api").members["updated"]["why"] == "for a test"
    page.get_by_role("link", name="Delete").click()
    page.get_by_label("Reason").fill("not needed")
    page.get_by_role("button", name="Delete version 1").click()
    expect(page.get_by_role("status").first).to_contain_text("It is deleted")
    page.locator("#v1 summary").click()
    page.locator("#v1").get_by_label("Reason").fill("needed after all")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_role("status").first).to_contain_text("It is restored")


def test_two_admins_edit_at_once_and_neither_loses_anything(
    page: Page, browser: Browser, console: Standing, api: AdminApi
) -> None:
    write(page, console, "audiences", AUDIENCE.format(id="both-api"))
    with opened(browser, console) as other:
        for one, text in ((page, "mine"), (other, "theirs")):
            one.goto(f"{console.url}/trust/audiences/both-api")
            one.get_by_label("The document, as YAML").fill(f"{AUDIENCE.format(id='both-api')}description: {text}\n")
            expect(one.locator("#checked")).to_contain_text("It may be written")
        other.get_by_role("button", name="Apply").click()
        expect(other.get_by_role("status").first).to_contain_text("It is written")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#conflict")).to_contain_text("Somebody else wrote this meanwhile")
    expect(page.locator("#conflict")).to_contain_text("theirs")
    expect(page.get_by_label("The document, as YAML")).to_have_value(
        f"{AUDIENCE.format(id='both-api')}description: mine"
    )
    assert api.get("/audiences/both-api").members["document"]["description"] == "theirs"
    page.get_by_role("button", name="Apply over their version").click()
    expect(page.get_by_role("status").first).to_contain_text("It is written")
    assert api.get("/audiences/both-api").members["document"]["description"] == "mine"


def test_who_wrote_a_dangerous_document_cannot_confirm_it(page: Page, console: Standing) -> None:
    write(page, console, "mappings", EVERYBODY)
    page.goto(f"{console.url}/trust/waiting")
    waiting = page.locator("article", has_text="Mapping everybody")
    waiting.get_by_label("Reason").fill("meant so")
    waiting.get_by_role("button", name="Let version 1 hold").click()
    expect(page.get_by_role("alert")).to_contain_text("Ask another admin")
