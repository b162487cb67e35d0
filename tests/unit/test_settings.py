import pytest

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
