"""Asking the shop's own rules: the request is read from the history, the order was read already."""

from collections.abc import Iterable
from datetime import datetime

from temporalio import activity

from activities.orphans import WITHIN, open_returns
from activities.translate import order_money
from digital_river import Order
from eligibility.case import AskedLine, Case
from eligibility.shop_rules import ShopRules
from lifecycle.amounts import worth
from lifecycle.facts import ReturnSeen
from lifecycle.judgement import EligibilityJudged
from lifecycle.request import ReturnRequest
from workflows.histories import beginning_of


async def judge(
    shop_rules: ShopRules, order: Order, others: Iterable[ReturnSeen], taken: datetime
) -> EligibilityJudged:
    """Ask the rules of a shop about the request that this activity's workflow was started with.

    Where Temporal does not answer, the try fails and comes again: no request goes unjudged.
    """
    info = activity.info()
    begun = await beginning_of(activity.client(), info.workflow_id or "", WITHIN)
    assert begun is not None  # noqa: S101 - an activity's workflow has begun with a request
    case = Case(
        asked=begun.at,
        currency=order.currency,
        lines=_asked_lines(begun.request, order),
        ordered=order.created_time,
        fulfilled=order.state_transitions.get("fulfilled"),
        disputed=order.state_transitions.get("dispute"),
        open_returns=await open_returns(others) if shop_rules.open_return else (),
    )
    return EligibilityJudged(findings=shop_rules.judge(case), taken=taken)


def _asked_lines(request: ReturnRequest, order: Order) -> tuple[AskedLine, ...]:
    skus = {item.id: item.sku_id for item in order.items}
    money = {line.item_id: line for line in order_money(order).lines}
    return tuple(
        AskedLine(
            order_item_id=(item := line.order_item_id),
            quantity=line.quantity,
            sku=skus.get(item),
            worth=worth(money[item], line.quantity) if item in money else None,
        )
        for line in request.lines
    )
