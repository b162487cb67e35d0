"""All views, in the order of the tabs. A new view is named here, and nowhere else."""

from federation.console.page import View
from federation.console.views import approvals, chain, overview, simulator, trust, whocan, why


def views() -> tuple[View, ...]:
    """Made when a console starts; importing makes nothing."""
    return (
        overview.view(),
        trust.view(),
        why.view(),
        whocan.view(),
        chain.view(),
        approvals.view(),
        simulator.view(),
    )
