"""docs/metrics.md, made from the list: `python -m federation.admin_api.metrics_page docs/metrics.md`."""

import sys
from collections.abc import Iterable
from pathlib import Path

from federation.model.metrics import METRICS, NAMESPACE, SERVICE, Metric

_HEAD = f"""# Metrics

Made from [`federation/model/metrics.py`](../federation/model/metrics.py) by `make schemas`. CloudWatch has them in the
namespace `{NAMESPACE}`, all with the dimension `service` = `{SERVICE}`; *beside it* are more under which a
metric is kept as well.

A function writes them into its log, as lines in embedded metric format: nothing is called for a metric. A value of a
dimension is a reason code, the id of a document, a step or a service, and never what a caller sent, so no caller makes
a metric. CloudWatch charges each name with each set of values by the hour in which it is written: two for each issuer
that is used, one for each reason that is given. `tenant` is `-` for an issuer that is everybody's.

The stack has a dashboard of its own name and saved queries (`infra/insight.yaml`); a tenant's dashboard is made by

```bash
aws cloudwatch put-dashboard --dashboard-name acme \\
  --dashboard-body "$(fedbridge dashboard --tenant acme --region eu-west-1)"
```

`fedbridge stats` and `GET /admin/v1/stats` show the same numbers; [runbooks](runbooks/README.md) tell what to do.

| metric | unit | beside `service` | meaning |
| --- | --- | --- | --- |
"""


def metrics_page(metrics: Iterable[Metric] = METRICS) -> str:
    """Markdown."""
    return _HEAD + "".join(map(_row, metrics))


def _row(metric: Metric) -> str:
    sets = "; ".join(", ".join(names) or "nothing" for names in metric.dimensions)
    return f"| `{metric.name}` | {metric.unit} | {sets} | {metric.meaning} |\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(metrics_page(), encoding="utf-8")
