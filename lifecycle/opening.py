"""From the request to an open Digital River return: check, create, or refuse."""

from lifecycle.adopting import adopt_orphan
from lifecycle.conditions import (
    chosen_fulfillment_order,
    refuse_all,
    refuse_digital_river,
    refuse_disputed,
    refuse_held,
    refuse_third_party,
)
from lifecycle.facts import Refused, Resource
from lifecycle.judged import asked_by_shop, refused_by_shop, with_refusals_of_shop
from lifecycle.ledger import Ledger
from lifecycle.steps import (
    CheckReturnable,
    CheckShipped,
    Close,
    Create,
    Outcome,
    Refusal,
    Step,
    Units,
)
from lifecycle.trouble import in_trouble, is_absent, may_be_done, not_before, was_given_up

TOO_MANY = "quantity_too_large"


def open_return(ledger: Ledger) -> Step:
    """Return the step that brings the return into being, or closes it."""
    refused = ledger.refusals.get(ledger.return_key)
    if ledger.cancel is not None and (refused or not _may_exist(ledger)):
        return Close(outcome=Outcome.CANCELLED)
    if refused is not None:
        return _refuse(ledger, _refusal_of(ledger, refused))
    trouble = in_trouble(ledger, ledger.check_key) or in_trouble(ledger, ledger.return_key)
    return trouble or (
        _open_fulfillment_return(ledger) if ledger.by_digital_river else _open_return(ledger)
    )


def look_for_the_create(ledger: Ledger) -> Step | None:
    """Look for what a lost create may have made, before a return ends that was never seen."""
    if ledger.return_key in ledger.refusals or not _may_exist(ledger):
        return None
    return in_trouble(ledger, ledger.return_key) or _create(ledger, only_look=True)


def check_first(ledger: Ledger) -> Step | None:
    """Read the order of a return that is known before its check.

    After an operator's reset, events that are told again may name it before anything was read.
    """
    read = ledger.fulfillment_orders if ledger.by_digital_river else ledger.order
    if read or ledger.missing or ledger.request.adopt is not None:
        return None
    if was_given_up(ledger, ledger.check_key):
        return None
    return in_trouble(ledger, ledger.check_key) or _check(ledger)


def _check(ledger: Ledger) -> Step:
    if not ledger.by_digital_river:
        return CheckReturnable(key=ledger.check_key, order_id=ledger.order_id)
    return CheckShipped(
        key=ledger.check_key,
        order_id=ledger.order_id,
        fulfillment_order_id=ledger.request.fulfillment_order_id,
    )


def _open_fulfillment_return(ledger: Ledger) -> Step:
    if not ledger.fulfillment_orders and not ledger.missing:
        return _check(ledger)
    return _create_unless(refuse_digital_river(ledger), ledger)


def _open_return(ledger: Ledger) -> Step:
    if ledger.returns_listed is None and not ledger.missing:
        return _check(ledger)
    return _create_unless(refuse_third_party(ledger, ledger.order), ledger)


def _create_unless(refusal: Refusal | None, ledger: Ledger) -> Step:
    """Create unless it is refused; but what may have been created is looked for before the end."""
    refusal = refusal or refused_by_shop(ledger)
    if refusal is not None and not _may_exist(ledger):
        return _refuse(ledger, refusal)
    asked = asked_by_shop(ledger) if refusal is None and ledger.cancel is None else None
    if asked is not None:
        return asked
    only_look = refusal is not None or ledger.cancel is not None
    return _create(ledger, only_look=only_look)


def _refuse(ledger: Ledger, refusal: Refusal) -> Step:
    """Close, unless the units are held by a return of ours that can be carried on.

    That is for the shop's rules to judge, as what is created is.
    """
    trouble = in_trouble(ledger, ledger.check_key)
    if trouble is not None:
        return trouble
    adoption = adopt_orphan(ledger, refusal)
    refused = refused_by_shop(ledger) if adoption else with_refusals_of_shop(ledger, refusal)
    if adoption is None or refused is not None:
        return Close(outcome=Outcome.NOT_RETURNABLE, refusal=refused)
    return asked_by_shop(ledger) or adoption


def _may_exist(ledger: Ledger) -> bool:
    """Say whether an earlier try may have created the return, although no list shows it."""
    key = ledger.return_key
    return may_be_done(ledger, key) and not is_absent(ledger, key)


def _create(ledger: Ledger, *, only_look: bool) -> Create:
    request, by_fulfiller = ledger.request, ledger.by_digital_river
    chosen = chosen_fulfillment_order(ledger) if by_fulfiller else None
    ids = {item.order_item_id: item.item_id for item in chosen.items} if chosen else {}
    return Create(
        resource=Resource.FULFILLMENT_RETURN if by_fulfiller else Resource.RETURN,
        key=ledger.return_key,
        order_id=request.order_id,
        fulfillment_order_id=chosen.fulfillment_order_id if chosen else None,
        items=tuple(
            Units(item_id=ids.get(line.order_item_id, line.order_item_id), quantity=line.quantity)
            for line in request.lines
        ),
        reason=request.sent_reason,
        rma=request.rma if request.policy.tag_reason else None,
        location=request.location,
        metadata=dict(request.metadata) or None,
        not_before=not_before(ledger, ledger.return_key),
        only_look=only_look,
        not_ours=tuple(sorted(ledger.look_alikes.get(ledger.return_key, ()))),
    )


def _refusal_of(ledger: Ledger, refused: Refused) -> Refusal:
    """Turn Digital River's refusal of the create into one that can be shown to a customer."""
    if ledger.order is not None and ledger.order.state == "dispute":
        return refuse_disputed(ledger)
    if refused.code != TOO_MANY:
        return refuse_all(ledger, refused.code, f"This return cannot be opened: {refused.message}")
    return refuse_held(ledger) or refuse_all(
        ledger, TOO_MANY, "More units were asked for than can be returned."
    )
