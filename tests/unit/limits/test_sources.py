import pytest

from federation.limits.sources import source_of


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:0DB8:1:2::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::1", "::"),
        ("", "unknown"),
        ("192.0.2.1, 10.0.0.1", "unknown"),
        ("192.0.2.01", "unknown"),
    ],
)
def test_an_address_counts_as_its_source(address: str, source: str) -> None:
    assert source_of(address) == source
