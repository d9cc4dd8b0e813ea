"""One workflow is one return. Handlers write facts down; `run` takes the next step, to the end."""

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from lifecycle.admission import (
        Objection,
        object_to_cancellation,
        object_to_decision,
        object_to_shipment,
        what_overtook_cancellation,
    )
    from lifecycle.adopting import knows_its_units
    from lifecycle.card import draw_card
    from lifecycle.facts import (
        CallGivenUp,
        CallWithdrawn,
        CancelRequested,
        Decision,
        Learned,
    )
    from lifecycle.ledger import Ledger
    from lifecycle.phase import OPENING, phase_of
    from lifecycle.request import ReturnRequest
    from lifecycle.rules import next_step, still_wanted
    from lifecycle.snapshot import Snapshot, take_snapshot
    from lifecycle.steps import Call, Close, Create, Look, Step, Wait, Watch
    from lifecycle.watching import known_objects, replaces, watch_for, watch_key
    from workflows import descriptions, names
    from workflows.answers import done_answer, opened_answer, result_of, shipment_answer
    from workflows.asking import log_question
    from workflows.attributes import attributes_now
    from workflows.calls import (
        LOOK,
        LOOK_RETRIES,
        MONEY,
        ONE_TRY,
        RETRIES,
        WATCH_GRACE,
        WATCH_HORIZON,
        calling,
        watching,
    )
    from workflows.given_up import why_given_up
    from workflows.inbox import Inbox
    from workflows.messages import (
        Cancellation,
        Done,
        EventMessage,
        OpenedAnswer,
        Resolution,
        ReturnResult,
        Shipment,
        ShipmentAnswer,
    )
    from workflows.refusing import refuse
    from workflows.resets import as_sent, doubt_before_the_end
    from workflows.telling import Telling
    from workflows.waiting import until

NOT_THIS_WAY = "\n\nTemporal's own cancellation ends nothing here; use the update `cancel`."
NOTHING = EventMessage()
"""What a signal without an argument says: it must not stop a return."""
WatchHandle = workflow.ActivityHandle[Learned]


@workflow.defn(name=names.RETURN_WORKFLOW)
class ReturnWorkflow:
    """One customer return, from the request to the last cent back."""

    @workflow.init
    def __init__(self, request: ReturnRequest) -> None:
        """Begin with an empty ledger."""
        self._ledger = Ledger(request, workflow.info().workflow_id)
        self._step: Step = next_step(self._ledger)
        self._phase: str = OPENING
        self._inbox = Inbox(self._ledger)
        self._telling = Telling(self._ledger)
        self._watch: tuple[Watch, WatchHandle] | None = None
        self._just_looked = False
        self._calling = False
        self._logged = ""

    @workflow.run
    async def run(self, request: ReturnRequest) -> ReturnResult:  # noqa: ARG002 - init has it
        """Take the next step, write down what it taught, and again."""
        while True:
            self._step = next_step(self._ledger)
            self._show()
            match self._step:
                case Close() as close:
                    doubt = doubt_before_the_end(self._ledger)
                    if doubt is not None:
                        self._ledger.record(doubt, "workflow")
                        continue
                    await self._until(workflow.all_handlers_finished)
                    if next_step(self._ledger) != close:
                        continue
                    handed_over = self._telling.hand_over(close)
                    if handed_over is None:
                        return result_of(self._ledger, close)
                    await self._until(handed_over.done)
                case Wait() as wait:
                    await self._wait(wait)
                case call:
                    await self._call(call)

    def _show(self) -> None:
        """Let people see where the return stands; the search attributes only when they change."""
        note = "" if workflow.cancellation_reason() is None else NOT_THIS_WAY
        workflow.set_current_details(draw_card(self._ledger, self._step) + note)
        phase = phase_of(self._step)
        if phase == self._phase:
            return
        self._phase = phase
        workflow.upsert_search_attributes(attributes_now(self._ledger, phase))

    async def _call(self, step: Call) -> None:
        """Carry out a step and write down what it taught, or that it did not get through."""
        call = calling(step)
        handle = workflow.start_activity(
            call.activity,
            as_sent(step, self._ledger.request.policy.doubt),
            result_type=Learned,
            task_queue=names.DIGITAL_RIVER_TASK_QUEUE,
            summary=call.summary,
            start_to_close_timeout=ONE_TRY,
            schedule_to_close_timeout=self._ledger.request.policy.unreachable,
            retry_policy=RETRIES,
            priority=MONEY,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        self._calling = True
        await self._until(lambda: handle.done() or not still_wanted(step, self._ledger))
        withdrawn = not handle.done()
        if withdrawn:
            handle.cancel()
            await self._until(handle.done)
        await self._learn_from(handle, call.activity, step.key, withdrawn=withdrawn)
        self._calling = False
        if next_step(self._ledger) == step:
            self._give_up(call.activity, step.key, "The answer changes nothing.")

    async def _wait(self, wait: Wait) -> None:
        """Sleep until there is a new fact, and see to it that somebody looks."""
        self._keep_watch(wait)
        self._logged = log_question(wait, self._logged)
        told = len(self._ledger.timeline)
        await self._until(lambda: self._watch_ended() or len(self._ledger.timeline) > told)
        if self._watch is not None and self._watch_ended():
            watch, handle = self._watch
            self._watch = None
            known = known_objects(self._ledger)
            await self._learn_from(handle, "watch", watch_key(watch.return_id))
            self._just_looked = known_objects(self._ledger) == known

    def _watch_ended(self) -> bool:
        return self._watch is not None and self._watch[1].done()

    def _keep_watch(self, wait: Wait) -> None:
        """Start a watch where none runs, or where the running one would come too late."""
        horizon = workflow.now() + WATCH_HORIZON
        wanted = watch_for(self._ledger, wait, horizon, just_looked=self._just_looked)
        if wanted is None:
            return
        if self._watch is not None:
            running, handle = self._watch
            if not replaces(wanted, running, workflow.now()):
                return
            handle.add_done_callback(lambda task: task.cancelled() or task.exception())
            handle.cancel()
        time_left = max(wanted.until - workflow.now(), timedelta(0))
        handle = workflow.start_activity(
            "watch",
            wanted,
            result_type=Learned,
            task_queue=names.DIGITAL_RIVER_TASK_QUEUE,
            summary=watching(wanted),
            start_to_close_timeout=ONE_TRY,
            schedule_to_close_timeout=time_left + WATCH_GRACE,
            retry_policy=LOOK_RETRIES,
            priority=LOOK,
        )
        self._watch = (wanted, handle)

    async def _learn_from(
        self, handle: WatchHandle, source: str, key: str, *, withdrawn: bool = False
    ) -> None:
        try:
            learned = await handle
            self._telling.before(learned)
            self._ledger.learn(learned, source)
        except ActivityError as error:
            if withdrawn:
                self._ledger.record(CallWithdrawn(key=key, at=workflow.now()), source)
            else:
                self._give_up(source, key, why_given_up(error))

    def _give_up(self, source: str, key: str, message: str) -> None:
        given_up = CallGivenUp(key=key, message=message, at=workflow.now())
        self._ledger.record(given_up, source)

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait; a bug in telling the storefront shows as any other does."""
        await until(lambda: condition() or self._telling.is_broken, self._show)
        self._telling.raise_what_broke()

    @workflow.update(name=names.OPENED, description=descriptions.OPENED)
    async def opened(self, request: ReturnRequest) -> OpenedAnswer:  # noqa: ARG002 - validated
        """Answer the storefront as soon as the return is opened or refused."""
        answer: OpenedAnswer | None = None

        def has_answer() -> bool:
            nonlocal answer
            answer = opened_answer(self._ledger, self._step)
            return answer is not None

        await workflow.wait_condition(has_answer)
        assert answer is not None  # noqa: S101 - the wait ended because there is one
        return answer

    @opened.validator
    def _validate_opened(self, request: ReturnRequest) -> None:
        if not request.repeats(self._ledger.request):
            refuse(
                Objection(
                    "request_id_reused",
                    f"request_id {request.request_id} was used before, for another request.",
                )
            )

    @workflow.signal(name=names.DIGITAL_RIVER_EVENT, description=descriptions.DIGITAL_RIVER_EVENT)
    def digital_river_event(self, event: EventMessage = NOTHING) -> None:
        """Write down what an event taught, once."""
        self._inbox.take(event)

    @workflow.update(name=names.RECEIVE_SHIPMENT, description=descriptions.RECEIVE_SHIPMENT)
    async def receive_shipment(self, shipment: Shipment) -> ShipmentAnswer:
        """Write down what arrived, once it is known of what."""
        if not knows_its_units(self._ledger):
            await workflow.wait_condition(self._knows_its_units)
            refuse(self._object_to(shipment))
        fact = shipment.received(workflow.now())
        known = self._ledger.shipments.get(fact.reference)
        if known is None or known.revision < fact.revision:
            self._ledger.record(fact, "warehouse")
        return shipment_answer(self._ledger)

    @receive_shipment.validator
    def _validate_shipment(self, shipment: Shipment) -> None:
        refuse(self._object_to(shipment))

    def _object_to(self, shipment: Shipment) -> Objection | None:
        return object_to_shipment(self._ledger, shipment.received(workflow.now()))

    def _knows_its_units(self) -> bool:
        return knows_its_units(self._ledger) or isinstance(self._step, Close)

    @workflow.update(name=names.CANCEL, description=descriptions.CANCEL)
    async def cancel(self, cancellation: Cancellation) -> Done:
        """Stop the return, and say where it stands once nothing more will be learned at once."""
        fact = CancelRequested(who=cancellation.who, why=cancellation.why, at=workflow.now())
        self._ledger.record(fact, "customer service")
        await workflow.wait_condition(self._is_at_rest)
        refuse(what_overtook_cancellation(self._ledger))
        return done_answer(self._ledger)

    def _is_at_rest(self) -> bool:
        """Say whether no call is under way, or one that has to wait."""
        step = next_step(self._ledger)
        if isinstance(step, Create | Look) and step.not_before is not None:
            return step.not_before > workflow.now()
        return isinstance(step, Wait | Close) and not self._calling

    @cancel.validator
    def _validate_cancel(self, cancellation: Cancellation) -> None:  # noqa: ARG002 - any will do
        refuse(object_to_cancellation(self._ledger))

    @workflow.update(name=names.RESOLVE, description=descriptions.RESOLVE)
    def resolve(self, resolution: Resolution) -> Done:
        """Write down an operator's decision."""
        self._ledger.record(self._decision(resolution), "operator")
        return done_answer(self._ledger)

    @resolve.validator
    def _validate_resolve(self, resolution: Resolution) -> None:
        refuse(object_to_decision(self._ledger, self._decision(resolution)))

    def _decision(self, resolution: Resolution) -> Decision:
        return Decision(**resolution.model_dump(), at=workflow.now())

    @workflow.query(name=names.SNAPSHOT, description=descriptions.SNAPSHOT)
    def snapshot(self) -> Snapshot:
        """Return the ledger and its explanation."""
        return take_snapshot(self._ledger, next_step(self._ledger))
