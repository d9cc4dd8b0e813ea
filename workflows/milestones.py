"""What is left to tell the storefront of a return that has ended."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import names
    from workflows.messages import Told, Untold
    from workflows.telling import tell


@workflow.defn(name=names.MILESTONES_WORKFLOW)
class MilestonesWorkflow:
    """Tells the storefront the last milestones of one return, and ends."""

    @workflow.run
    async def run(self, untold: Untold) -> Told:
        """Tell one after another."""
        told = Told()
        for milestone in untold.milestones:
            why = await tell(milestone)
            if why is None:
                told.told.append(milestone.key)
            else:
                told.given_up[milestone.key] = why
        return told
