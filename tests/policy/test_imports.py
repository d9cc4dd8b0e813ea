"""Imports point one way, so that each part can be understood, tested and used alone."""

import ast
from itertools import chain

import pytest

from tests.policy.source import PACKAGES, PROCESSES, ROOT, files, of, owner, packages_imported

OURS = frozenset(PACKAGES) | frozenset(PROCESSES)

MAY_IMPORT: dict[str, set[str]] = {
    "lifecycle": set(),
    "digital_river": set(),
    "eligibility": {"lifecycle"},
    "sandbox": set(),
    "activities": {"digital_river", "eligibility", "lifecycle"},
    "workflows": {"lifecycle"},
    "serving": {"settings"},
    "webhooks": {"activities", "digital_river", "lifecycle", "serving", "workflows"},
    "storefront": {"lifecycle", "serving", "workflows"},
    "local": {"lifecycle", "storefront", "workflows"},
    "backfill": {"activities", "digital_river", "lifecycle", "webhooks", "workflows"},
    "milestones": {"digital_river", "lifecycle", "workflows"},
    "leaving": set(),
    "settings": {"workflows"},
    "receiver": {"leaving", "serving", "settings", "webhooks"},
    "storefront_api": {"digital_river", "leaving", "serving", "settings", "storefront"},
    "worker": {
        "backfill",
        "digital_river",
        "eligibility",
        "leaving",
        "milestones",
        "settings",
        "workflows",
        "working",
    },
    "working": {"workflows"},
    "doctor": {"backfill", "digital_river", "settings", "storefront", "webhooks", "workflows"},
    "commands": {"digital_river", "doctor", "lifecycle", "settings", "storefront", "workflows"},
    "starter": {"commands", "leaving"},
    "demo": {"leaving", "lifecycle", "local", "storefront"},
}
"""Each package may import itself, and these of ours."""

ONLY_HERE = {
    "activities/judging.py": {"workflows"},
    "activities/orphans.py": {"workflows"},
    "storefront/bank_details.py": {"digital_river"},
    "storefront/looking_up.py": {"activities", "digital_river"},
    "workflows/workers.py": {"activities", "digital_river", "eligibility"},
}
"""What a single file may import beyond its package's row, and nobody else there."""

NOT_SHIPPED = {"benchmarks", "browser", "reference", "simulation", "tests"}

FOREIGN = {
    "lifecycle": {"temporalio", "httpx", "starlette", "fastapi", "asyncio"},
    "digital_river": {"temporalio", "starlette", "fastapi"},
    "eligibility": {"temporalio", "httpx", "starlette", "fastapi", "asyncio"},
    "sandbox": {"temporalio"},
}
"""What a package must not know of, although it is installed."""


def strays(path: str) -> set[str]:
    """Return what of ours a file imports and must not."""
    found = packages_imported(files()[path]) & OURS
    return found - {owner(path)} - MAY_IMPORT[owner(path)] - ONLY_HERE.get(path, set())


def test_every_package_has_its_row() -> None:
    """A new package or process is put into the table before anything else."""
    assert set(MAY_IMPORT) == OURS
    here = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert here - NOT_SHIPPED == set(PACKAGES)
    assert {path.stem for path in ROOT.glob("*.py")} == set(PROCESSES)


@pytest.mark.parametrize("package", sorted(OURS))
def test_imports_point_one_way(package: str) -> None:
    """A package imports of ours what its row allows, and nothing else."""
    trees = of(package)
    assert trees
    assert {path: strays(path) for path in trees if strays(path)} == {}


@pytest.mark.parametrize("package", sorted(FOREIGN))
def test_what_a_part_must_not_know_of(package: str) -> None:
    """The rules know no Temporal and no I/O; the client and the sandbox know no Temporal."""
    found = {path: packages_imported(tree) & FOREIGN[package] for path, tree in of(package).items()}
    assert found
    assert not set(chain.from_iterable(found.values()))


def test_nothing_is_imported_from_a_folder_above() -> None:
    """A relative import stays in its own package, where the test above need not look."""
    above = [
        (path, node.lineno)
        for path, tree in files().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level > path.count("/")
    ]
    assert above == []


def test_the_lint_sees_what_it_looks_for() -> None:
    """The trees hold imports of ours, so an empty answer above is not a blind one."""
    assert packages_imported(files()["workflows/workers.py"]) >= {"activities", "temporalio"}
    assert strays("workflows/workers.py") == set()
