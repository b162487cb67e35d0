import pytest

from federation.web.target import Target, TargetRefused, read_target


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (
            "https://idp.example.com/.well-known/openid-configuration",
            Target("https", "idp.example.com", 443, "idp.example.com", "/.well-known/openid-configuration"),
        ),
        ("https://idp.example.com", Target("https", "idp.example.com", 443, "idp.example.com", "/")),
        ("https://IDP.example.com:8443/a", Target("https", "idp.example.com", 8443, "IDP.example.com:8443", "/a")),
        ("https://idp.example.com/a?b=c&d", Target("https", "idp.example.com", 443, "idp.example.com", "/a?b=c&d")),
        (
            "https://xn--bcher-kva.example/a",
            Target("https", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", "/a"),
        ),
    ],
)
@pytest.mark.parametrize("loopback", [True, False])
def test_a_url_says_where_to_go(url: str, target: Target, loopback: bool) -> None:
    assert read_target(url, loopback=loopback) == target
    assert not target.is_loopback


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://127.0.0.1:8080/a", "127.0.0.1", 8080),
        ("http://localhost/a", "localhost", 80),
        ("http://[::1]:8080/a", "::1", 8080),
        ("https://localhost/a", "localhost", 443),
    ],
)
def test_a_laptop_may_be_named_where_that_is_allowed(url: str, host: str, port: int) -> None:
    target = read_target(url, loopback=True)
    assert (target.host, target.port, target.is_loopback) == (host, port, True)
    with pytest.raises(TargetRefused):
        read_target(url, loopback=False)
