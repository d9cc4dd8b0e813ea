"""The storefront's command line: start a return, report goods, decide, look.

Exit status: 0 done, 1 failure, 2 wrong input, 3 refused, 4 queued. With `--json` there is one JSON
object on standard output, whatever the status, unless the command line itself cannot be read.
"""

import typer

from commands.deciding import cancel, resolve
from commands.doctoring import doctor
from commands.exporting import export
from commands.looking import list_returns, show
from commands.opening import adopt, start
from commands.receiving import received
from leaving import leave_with

app = typer.Typer(
    help="Returns through Digital River, from the shop's side.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (start, adopt, received, cancel, resolve, show, export, doctor):
    app.command()(command)
app.command(name="list")(list_returns)


if __name__ == "__main__":
    leave_with(app)
