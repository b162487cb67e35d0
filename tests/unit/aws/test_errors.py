import pytest

from federation.aws.errors import AwsError, AwsRefused, AwsUnreachable, AwsUnusable, translated
from federation.oauth.errors import OAuthError, ServerError, TemporarilyUnavailable
from federation.oauth.reasons import Reason


def refusal_of(error: AwsError) -> OAuthError:
    with pytest.raises(OAuthError) as refusal, translated(Reason.STORE_UNAVAILABLE):
        raise error
    return refusal.value


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (AwsRefused("ThrottlingException", 400, {"message": "secret"}), "ThrottlingException"),
        (AwsRefused("Unheard", 503, {"message": "secret"}), "Unheard"),
        (AwsUnreachable("TimeoutError"), "TimeoutError"),
    ],
)
def test_what_passes_is_unavailable(error: AwsError, detail: str) -> None:
    refusal = refusal_of(error)
    assert isinstance(refusal, TemporarilyUnavailable)
    assert (refusal.reason, refusal.detail) == (Reason.STORE_UNAVAILABLE, detail)


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (AwsRefused("ValidationException", 400, {"message": "secret"}), "ValidationException"),
        (AwsUnusable("no AWS credentials"), "no AWS credentials"),
    ],
)
def test_what_does_not_pass_is_our_own_fault(error: AwsError, detail: str) -> None:
    refusal = refusal_of(error)
    assert isinstance(refusal, ServerError)
    assert (refusal.reason, refusal.detail) == (Reason.INTERNAL_ERROR, detail)
