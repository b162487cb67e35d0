import pytest

from federation.model.trust import RateLimit
from federation.settings import Settings, SettingsError, read_settings

NAMES = ("ISSUER", "TRUST_TABLE", "STATE_TABLE", "AUDIT_TABLE", "DOCUMENTS_BUCKET", "SIGNING_KEY")
ENVIRONMENT = {f"FEDERATION_{name}": f"the {name}" for name in NAMES}


def read(**variables: str) -> Settings:
    return read_settings({**ENVIRONMENT, **variables})


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_setting_without_default_must_be_there(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read(**{name: ""})


def test_nonces_are_asked_for_unless_they_are_off() -> None:
    assert read().dpop_nonces
    assert read(FEDERATION_DPOP_NONCE="required").dpop_nonces
    assert not read(FEDERATION_DPOP_NONCE="off").dpop_nonces


@pytest.mark.parametrize("word", ["", "no", "Off", "false", "OFF ", "0"])
def test_nonces_are_not_turned_off_by_a_slip_of_the_pen(word: str) -> None:
    with pytest.raises(SettingsError, match="FEDERATION_DPOP_NONCE"):
        read(FEDERATION_DPOP_NONCE=word)


def test_an_endpoint_has_a_url_on_each_host() -> None:
    one = read(FEDERATION_ISSUER="https://federation.example.com")
    assert one.urls("/token") == {"https://federation.example.com/token"}
    two = read(FEDERATION_ISSUER="https://a.example.com", FEDERATION_MTLS_URL="https://mtls.a.example.com")
    assert two.urls("/token") == {"https://a.example.com/token", "https://mtls.a.example.com/token"}


def test_rates_have_defaults() -> None:
    assert (read().issuer_rate, read().address_rate) == (RateLimit(200, 400), RateLimit(100, 200))
    assert read().tenant_rate == RateLimit(300, 400)


def test_a_rate_is_requests_a_second_and_at_once() -> None:
    rates = read(FEDERATION_ISSUER_RATE="5/1", FEDERATION_ADDRESS_RATE="100000/100000")
    assert (rates.issuer_rate, rates.address_rate) == (RateLimit(5, 1), RateLimit(100_000, 100_000))


@pytest.mark.parametrize("name", ["FEDERATION_ISSUER_RATE", "FEDERATION_TENANT_RATE", "FEDERATION_ADDRESS_RATE"])
@pytest.mark.parametrize(
    "rate",
    ["", "200", "200/", "/400", "0/400", "200/0", "-1/5", "1.5/5", "1/2/3", " 1/2", "1/2\n", "\u0661/2", "100001/1"],
)
def test_a_rate_that_is_none_is_a_mistake(name: str, rate: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read(**{name: rate})


def test_a_signing_key_signs_for_a_month_unless_said_otherwise() -> None:
    assert read().key_lifetime == 30 * 24 * 60 * 60
    assert read(FEDERATION_KEY_LIFETIME_DAYS="365").key_lifetime == 365 * 24 * 60 * 60


@pytest.mark.parametrize("days", ["", "0", "366", "1.5", "-1", "30 ", "\u0663"])
def test_a_lifetime_of_keys_that_is_none_is_a_mistake(days: str) -> None:
    with pytest.raises(SettingsError, match="FEDERATION_KEY_LIFETIME_DAYS"):
        read(FEDERATION_KEY_LIFETIME_DAYS=days)


def test_nobody_knows_how_many_processes_there_can_be_unless_it_is_said() -> None:
    assert (read().token_processes, read(FEDERATION_TOKEN_PROCESSES="40").token_processes) == (0, 40)


@pytest.mark.parametrize("number", ["", "-1", "many", "1.5", "1 "])
def test_a_number_of_processes_that_is_none_is_a_mistake(number: str) -> None:
    with pytest.raises(SettingsError, match="FEDERATION_TOKEN_PROCESSES"):
        read(FEDERATION_TOKEN_PROCESSES=number)
