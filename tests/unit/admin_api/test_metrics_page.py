"""docs/metrics.md tells of each metric that the code declares; what is emitted is declared."""

import re
from pathlib import Path

from federation.admin_api.metrics_page import metrics_page
from federation.model import metrics
from federation.model.metrics import METRICS, Metric

ROOT = Path(__file__).parents[3]


def test_the_page_is_what_the_list_says() -> None:
    assert (ROOT / "docs/metrics.md").read_text(encoding="utf-8") == metrics_page(), "make schemas"


def test_what_is_declared_is_listed() -> None:
    declared = {value for value in vars(metrics).values() if isinstance(value, Metric)}
    assert declared == set(METRICS)


def test_no_function_makes_up_a_metric_of_its_own() -> None:
    """By its constant, each is named somewhere outside the list; none is named by a text."""
    sources = "\n".join(
        file.read_text(encoding="utf-8")
        for folder in ("functions", "federation")
        for file in (ROOT / folder).rglob("*.py")
        if file.name != "metrics.py"
    )
    constants = [name for name, value in vars(metrics).items() if isinstance(value, Metric)]
    assert [name for name in constants if not re.search(rf"\b{name}\b", sources)] == []
    assert not re.findall(r"counters?\.(?:count|measure)\(\s*[\"']", sources)
