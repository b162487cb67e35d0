import pytest

from federation.model.json import Json
from federation.model.tokens import SKEW
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims import Times, check_authentication_age, check_jti, check_times
from tests.support.issuer_world import NOW, claims, trusted, without


def test_the_times_of_a_valid_token() -> None:
    assert check_times(claims(nbf=NOW - 5), trusted(), NOW) == Times(issued_at=NOW, expires_at=NOW + 300)


def test_a_token_without_iat_counts_as_old_as_it_can_be() -> None:
    times = check_times(without("iat"), trusted(max_token_age=3600), NOW + 0.9)
    assert times == Times(issued_at=NOW + 300 - 3600, expires_at=NOW + 300)


def test_zero_is_a_time_like_any_other() -> None:
    assert check_times(claims(nbf=0), trusted(), NOW).expires_at == NOW + 300
    with pytest.raises(InvalidRequest) as refused:
        check_times(claims(iat=0), trusted(), NOW)
    assert refused.value.reason is Reason.TOKEN_LIVES_TOO_LONG


@pytest.mark.parametrize("jti", ["a", "j" * 256])
@pytest.mark.parametrize("single_use", [True, False])
def test_a_jti_is_text(jti: str, single_use: bool) -> None:
    assert check_jti(claims(jti=jti), trusted(single_use=single_use))


MALFORMED = pytest.mark.parametrize("jti", ["", "j" * 257, 1, True, ["j"], {"j": 1}])


@MALFORMED
def test_a_malformed_jti_is_refused_where_one_is_needed(jti: Json) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_jti(claims(jti=jti), trusted(single_use=True))
    assert (refused.value.reason, refused.value.detail) == (Reason.MALFORMED_CLAIMS, "jti")


@MALFORMED
def test_a_malformed_jti_is_told_where_none_is_needed(jti: Json) -> None:
    assert not check_jti(claims(jti=jti), trusted())


def test_a_token_that_is_accepted_once_needs_a_jti() -> None:
    assert check_jti(without("jti"), trusted())
    with pytest.raises(InvalidRequest):
        check_jti(without("jti"), trusted(single_use=True))


HOUR = 3600


@pytest.mark.parametrize("ago", [-SKEW, 0, HOUR, HOUR + SKEW])
def test_somebody_who_signed_in_lately_is_accepted(ago: int) -> None:
    check_authentication_age(claims(auth_time=NOW - ago), trusted(max_auth_age=HOUR), NOW)


def test_somebody_who_signed_in_too_long_ago_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_authentication_age(claims(auth_time=NOW - HOUR - SKEW - 1), trusted(max_auth_age=HOUR), NOW)
    assert refused.value.reason is Reason.AUTHENTICATION_TOO_OLD


@pytest.mark.parametrize("auth_time", [NOW + SKEW + 1, "1", True, -1, None])
def test_when_somebody_signed_in_is_a_time_that_has_come(auth_time: Json) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_authentication_age(claims(auth_time=auth_time), trusted(max_auth_age=HOUR), NOW)
    assert refused.value.reason is Reason.MALFORMED_CLAIMS


def test_where_it_matters_when_somebody_signed_in_the_token_must_tell() -> None:
    check_authentication_age(claims(), trusted(), NOW)
    with pytest.raises(InvalidRequest):
        check_authentication_age(claims(), trusted(max_auth_age=HOUR), NOW)
