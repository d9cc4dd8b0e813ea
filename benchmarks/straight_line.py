"""The anchor: a return as a script, without a ledger, rules, repetition or any trouble.

It issues the commands of ReturnWorkflow's happy paths, with the same activities, messages and
search attributes, and answers the same clients. It breaks on the first event that comes early,
twice or never; what ReturnWorkflow costs beyond it is the price of not breaking.
"""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from lifecycle.facts import FulfillmentOrderSeen, Learned, OrderSeen, Resource, ReturnSeen
    from lifecycle.identity import refund_key, return_key
    from lifecycle.request import Coordinator, ReturnRequest
    from lifecycle.snapshot import LineView
    from lifecycle.steps import (
        AcceptItems,
        Call,
        CheckReturnable,
        CheckShipped,
        Create,
        IssueRefund,
        Known,
        Units,
        Watch,
    )
    from workflows import names
    from workflows.calls import (
        LOOK,
        LOOK_RETRIES,
        MONEY,
        ONE_TRY,
        RETRIES,
        WATCH_GRACE,
        calling,
        watching,
    )
    from workflows.messages import (
        EventMessage,
        OpenedAnswer,
        ReturnResult,
        Shipment,
        ShipmentAnswer,
    )


@workflow.defn(name=names.RETURN_WORKFLOW)
class StraightLineWorkflow:
    """One customer return, if all goes well."""

    @workflow.init
    def __init__(self, request: ReturnRequest) -> None:
        """Begin with nothing known."""
        self._request = request
        self._id = workflow.info().workflow_id
        self._return: ReturnSeen | None = None
        self._states: dict[str, str] = {}
        self._arrived: dict[str, int] = {}

    @workflow.run
    async def run(self, request: ReturnRequest) -> ReturnResult:
        """Go through it from top to bottom."""
        if request.coordinator is Coordinator.DIGITAL_RIVER:
            await self._by_digital_river()
        else:
            await self._by_third_party()
        await workflow.wait_condition(lambda: self._states.get("refund") == "succeeded")
        self._show("refunded")
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ReturnResult(
            outcome="refunded",
            return_id=self._known_return.return_id,
            lines=self._lines(),
            refunds=[],
            sentence="Everything was accepted and refunded.",
        )

    async def _by_digital_river(self) -> None:
        check = CheckShipped(key=f"{self._id}:check", order_id=self._request.order_id)
        learned = await self._call(check)
        order = next(one for one in learned.facts if isinstance(one, OrderSeen))
        shipped = next(one for one in learned.facts if isinstance(one, FulfillmentOrderSeen))
        ids = {str(item.order_item_id): item.item_id for item in shipped.items}
        await self._create(Resource.FULFILLMENT_RETURN, ids, shipped.fulfillment_order_id)
        self._show("awaiting_approval")
        self._watch()
        await workflow.wait_condition(lambda: "return" in self._states)
        self._show("awaiting_goods")
        await workflow.wait_condition(lambda: self._states.get("return") == "accepted")
        self._show("refunding")
        await self._call(self._refund(order.currency, ids))

    async def _by_third_party(self) -> None:
        check = CheckReturnable(key=f"{self._id}:check", order_id=self._request.order_id)
        await self._call(check)
        ids = {line.order_item_id: line.order_item_id for line in self._request.lines}
        await self._create(Resource.RETURN, ids, None)
        self._show("awaiting_goods")
        self._watch()
        await workflow.wait_condition(lambda: bool(self._arrived))
        return_id, items = self._known_return.return_id, self._units(ids)
        key = f"{return_id}:accept:{','.join(ids)}"
        await self._call(AcceptItems(return_id=return_id, key=key, items=items, whole=True))
        self._show("refunding")

    @property
    def _known_return(self) -> ReturnSeen:
        assert self._return is not None  # noqa: S101 - asked for after it was created
        return self._return

    def _units(self, ids: dict[str, str]) -> tuple[Units, ...]:
        return tuple(
            Units(item_id=ids[line.order_item_id], quantity=line.quantity)
            for line in self._request.lines
        )

    async def _create(
        self, resource: Resource, ids: dict[str, str], fulfillment_order_id: str | None
    ) -> None:
        create = Create(
            resource=resource,
            key=return_key(self._id),
            order_id=self._request.order_id,
            fulfillment_order_id=fulfillment_order_id,
            items=self._units(ids),
            reason=self._request.sent_reason,
            rma=self._request.rma,
            metadata={},
        )
        learned = await self._call(create)
        self._return = next(one for one in learned.facts if isinstance(one, ReturnSeen))

    def _refund(self, currency: str, ids: dict[str, str]) -> IssueRefund:
        seen = self._known_return
        known = Known(object_id=seen.return_id, state="accepted", accepted=self._units(ids))
        return IssueRefund(
            order_id=self._request.order_id,
            return_id=seen.return_id,
            resource=seen.resource,
            key=refund_key(seen.return_id, 1),
            currency=currency,
            items=self._units({item: item for item in ids}),
            reason=self._request.sent_reason,
            known=(known,),
        )

    async def _call(self, step: Call) -> Learned:
        call = calling(step)
        learned: Learned = await workflow.execute_activity(
            call.activity,
            step,
            result_type=Learned,
            task_queue=names.DIGITAL_RIVER_TASK_QUEUE,
            summary=call.summary,
            start_to_close_timeout=ONE_TRY,
            schedule_to_close_timeout=self._request.policy.unreachable,
            retry_policy=RETRIES,
            priority=MONEY,
        )
        return learned

    def _watch(self) -> None:
        seen, policy = self._known_return, self._request.policy
        watch = Watch(
            order_id=self._request.order_id,
            return_id=seen.return_id,
            resource=seen.resource,
            refunds=False,
            order=False,
            known=(Known(object_id=seen.return_id, state=seen.state),),
            until=workflow.now() + policy.goods,
            looks=policy.looks,
        )
        workflow.start_activity(
            "watch",
            watch,
            result_type=Learned,
            task_queue=names.DIGITAL_RIVER_TASK_QUEUE,
            summary=watching(watch),
            start_to_close_timeout=ONE_TRY,
            schedule_to_close_timeout=policy.goods + WATCH_GRACE,
            retry_policy=LOOK_RETRIES,
            priority=LOOK,
        )

    def _show(self, phase: str) -> None:
        workflow.set_current_details(f"**{phase}**")
        return_id = self._known_return.return_id
        workflow.upsert_search_attributes(
            [names.RETURN_PHASE.value_set(phase), names.RETURN_ID.value_set(return_id)]
        )

    def _lines(self) -> list[LineView]:
        return [
            LineView(
                order_item_id=line.order_item_id,
                requested=line.quantity,
                arrived=self._arrived.get(line.order_item_id, 0),
                accepted=line.quantity if self._states else 0,
                refunded=line.quantity if "refund" in self._states else 0,
            )
            for line in self._request.lines
        ]

    @workflow.update(name=names.OPENED)
    async def opened(self, request: ReturnRequest) -> OpenedAnswer:
        """Answer the storefront as soon as the return is opened."""
        await workflow.wait_condition(lambda: self._return is not None)
        seen = self._known_return
        return OpenedAnswer(
            workflow_id=self._id,
            rma=request.rma,
            status="opened",
            return_id=seen.return_id,
            state=seen.state,
            ship_to=seen.location,
        )

    @opened.validator
    def _validate_opened(self, request: ReturnRequest) -> None:
        if request.request_id != self._request.request_id:
            raise ApplicationError("another request", non_retryable=True)

    @workflow.update(name=names.RECEIVE_SHIPMENT)
    def receive_shipment(self, shipment: Shipment) -> ShipmentAnswer:
        """Note what arrived."""
        self._arrived.update(shipment.items)
        return ShipmentAnswer(lines=self._lines(), sentence="Waiting for the customer's goods.")

    @receive_shipment.validator
    def _validate_shipment(self, shipment: Shipment) -> None:
        if not shipment.items.keys() <= {line.order_item_id for line in self._request.lines}:
            raise ApplicationError("not an item of this return", non_retryable=True)

    @workflow.signal(name=names.DIGITAL_RIVER_EVENT)
    def digital_river_event(self, event: EventMessage) -> None:
        """Note the state that an event tells."""
        for fact in event.facts:
            self._states[str(fact["kind"])] = str(fact["state"])
