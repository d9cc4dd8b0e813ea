"""Codes for programs: of refusals, objections, errors and problems, with what is said with each."""

from digital_river.signature import InvalidReason
from eligibility.rules import Rule
from eligibility.shop_rules import ShopRules
from lifecycle.steps import LineRefusal, Refusal
from reference import docstrings, source
from reference.tables import code, models_in, table
from storefront import errors
from storefront.api import problems
from storefront.reading import WrongInputError
from webhooks import outcomes

REFUSALS = {"LineRefusal", "Refusal", "refuse_all"}
PROBLEMS = {"no_answer", "ProblemError"}

RULES = [one for one in models_in(ShopRules) if issubclass(one, Rule)]


def sentences_by_code(makers: set[str]) -> dict[str, list[str]]:
    """Return what is said with each code that these makers give, in the order of the codes."""
    found: dict[str, dict[str, None]] = {}
    for one in source.made():
        if one.maker in makers:
            found.setdefault(one.code, {}).update(dict.fromkeys(one.sentences))
    return {name: list(found[name]) for name in sorted(found)}


def refusals() -> str:
    """Return why a return is not opened, by Digital River's rules."""
    rows = (
        (code(name), str(_status_of_refusal(name)), " / ".join(said))
        for name, said in sentences_by_code(REFUSALS).items()
    )
    return table(("code", "HTTP", "sentence"), rows)


def shop_rules() -> str:
    """Return why a return is not opened, or asked about, by the shop's own rules."""
    rows = (
        (code(rule.code), str(_status_of_refusal(rule.code)), docstrings.of(rule)) for rule in RULES
    )
    return table(("code", "HTTP", "rule"), rows)


def _status_of_refusal(name: str) -> int:
    line = LineRefusal(order_item_id="", code=name, message="")
    refusal = Refusal(code=name, message="", lines=(line,))
    return problems.refused_return("", refusal).problem.status


def objections() -> str:
    """Return why a message is refused."""
    rows = (
        (code(name), str(_status(errors.RefusedError, name)), " / ".join(said))
        for name, said in sentences_by_code({"Objection"}).items()
    )
    return table(("code", "HTTP", "sentence"), rows)


def storefront_errors() -> str:
    """Return what the storefront's client and its commands raise."""
    kinds = _with_subclasses(errors.StorefrontError)
    rows = (
        (code(name), code(kind.__name__), str(_status(kind, name)), " / ".join(said))
        for kind in kinds
        for name, said in sentences_by_code({kind.__name__}).items()
    )
    return table(("code", "raised as", "HTTP", "sentence"), rows)


def _with_subclasses(kind: type[errors.StorefrontError]) -> list[type[errors.StorefrontError]]:
    return [kind, *(each for one in kind.__subclasses__() for each in _with_subclasses(one))]


def _status(kind: type[errors.StorefrontError], name: str) -> int:
    error = WrongInputError([]) if kind is WrongInputError else kind(name, "")
    return problems.as_problem(error).problem.status


def problem_kinds() -> str:
    """Return the kinds of problems of the HTTP API, which are codes where there is none."""
    rows = ((code(kind.name), str(kind.status), kind.title) for kind in problems.KINDS)
    return table(("code and type", "HTTP", "title"), rows)


def writes_not_sent() -> str:
    """Return the codes of writes that Upriver refuses itself, before Digital River sees them."""
    told = sentences_by_code({"not_sent", "Refused"})
    return ", ".join(code(name) for name in told)


def deliveries() -> str:
    """Return what can become of a webhook, and how Digital River is answered."""
    told = docstrings.attributes(outcomes.Outcome)
    told |= {
        outcomes.refused(InvalidReason[name]).name: text
        for name, text in docstrings.attributes(InvalidReason).items()
    }
    rows = (
        (code(one), str(outcomes.status_of(one)), told.get(one.name, ""))
        for one in outcomes.Outcome
    )
    return table(("outcome", "HTTP", "meaning"), rows)


def all_codes() -> set[str]:
    """Return every code that a table here has."""
    return {
        *(one.code for one in source.made()),
        *(rule.code for rule in RULES),
        *(kind.name for kind in problems.KINDS),
    }


TABLED = REFUSALS | PROBLEMS | {"Objection", "not_sent", "Refused", "ShopFinding"}
TABLED |= {kind.__name__ for kind in _with_subclasses(errors.StorefrontError)}
"""The makers whose codes a table here shows."""
