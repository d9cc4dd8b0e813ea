"""The calls to Digital River, as Temporal activities: each returns facts."""

from collections.abc import Callable, Sequence

from activities.adopting import Adopting
from activities.checks import Checks
from activities.creates import Creates
from activities.watching import Watching
from activities.writes import Writes
from digital_river import DigitalRiver
from eligibility.shop_rules import ShopRules
from lifecycle.rules import CURRENT_RULES


def all_activities(
    digital_river: DigitalRiver,
    rules: int = CURRENT_RULES,
    shop_rules: ShopRules | None = None,
    *,
    milestones: bool = False,
) -> Sequence[Callable[..., object]]:
    """Return every activity, bound to one client and one version of the rules.

    `milestones` says whether the storefront is to be told of them.
    """
    checks = Checks(digital_river, rules, shop_rules, milestones=milestones)
    creates = Creates(digital_river, rules, milestones=milestones)
    adopting = Adopting(digital_river, rules, milestones=milestones)
    writes = Writes(digital_river, rules, milestones=milestones)
    watching = Watching(digital_river, rules, milestones=milestones)
    return (
        checks.check_shipped,
        checks.check_returnable,
        checks.list_returns,
        adopting.adopt_return,
        creates.create_fulfillment_return,
        creates.create_return,
        writes.accept_items,
        writes.issue_refund,
        watching.watch,
        watching.look,
        watching.look_up_dispute,
    )
