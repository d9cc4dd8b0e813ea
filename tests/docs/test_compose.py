"""docker-compose.yml and its neighbours: valid, pinned, and told of in .env.example."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic_settings import BaseSettings

from settings import ReceiverSettings, StorefrontSettings, WorkerSettings
from workflows.names import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[2]
SCHEMA = Path(__file__).with_name("compose-spec.json")
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ENV_EXAMPLE = (ROOT / ".env.example").read_text()
DOCUMENTED = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", ENV_EXAMPLE, re.MULTILINE))
DOCKERIGNORE = (ROOT / ".dockerignore").read_text().splitlines()
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(:[?-][^}]*)?\}")
OURS: dict[str, type[BaseSettings]] = {
    "worker": WorkerSettings,
    "receiver": ReceiverSettings,
    "storefront": StorefrontSettings,
}
PUBLISHED = {"temporal", "temporal-ui", "receiver", "storefront"}
CONDITIONS = {"service_healthy", "service_completed_successfully"}
PINNED = re.compile(r"[a-z0-9./-]+:[0-9]+[A-Za-z0-9.-]*")
SETTINGS = tuple(OURS.values())


def test_it_follows_the_compose_specification() -> None:
    """The official schema takes it."""
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    assert [error.message for error in validator.iter_errors(COMPOSE)] == []


def test_the_schema_is_not_lenient() -> None:
    """A misspelt key of a service is refused, so that the test before means something."""
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    wrong = {"services": {"worker": {"image": "upriver:0.1.0", "depend_on": ["temporal"]}}}
    assert not validator.is_valid(wrong)


def test_the_schema_is_the_official_one() -> None:
    """The vendored file is the one that its note describes."""
    note = SCHEMA.with_suffix(".md").read_text()
    assert hashlib.sha256(SCHEMA.read_bytes()).hexdigest() in note


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_for_services_that_exist(name: str) -> None:
    """Each dependency is a service that can meet the condition."""
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        assert wait["condition"] in CONDITIONS
        if wait["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert SERVICES[other]["restart"].startswith("on-failure")


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned(name: str) -> None:
    """Each image names a version, and none is `latest`."""
    assert PINNED.fullmatch(SERVICES[name]["image"])


def test_temporal_is_of_one_version() -> None:
    """Server and admin tools go together: their schema is one."""
    images = {service["image"] for service in SERVICES.values()}
    versions = {image.rpartition(":")[2] for image in images if "temporalio/" in image}
    servers = {version for version in versions if version.startswith("1.")}
    assert len(servers) == 1


def test_base_images_are_pinned() -> None:
    """The Dockerfile builds on a version, too."""
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert bases
    assert all(re.fullmatch(r"python:3\.11-slim-[a-z]+", base) for base in bases)


def test_the_image_holds_what_is_needed_and_no_more() -> None:
    """The Dockerfile copies files that exist, without the sandbox and the tests."""
    copied: set[str] = set()
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            copied |= set(line.split()[1:-1])
    assert all((ROOT / path).exists() for path in copied)
    assert not copied & {"sandbox", "tests", "docs", "benchmarks", "demo.py", ".env", "."}
    assert copied == {line[1:] for line in DOCKERIGNORE if line.startswith("!")}


def test_what_the_image_holds_imports_nothing_that_it_lacks() -> None:
    """Each package of ours that a copied file imports is copied, too."""
    copied = {line[1:] for line in DOCKERIGNORE if line.startswith("!")}
    ours = {path.stem for path in ROOT.iterdir() if path.is_dir() or path.suffix == ".py"}
    files = [file for path in copied for file in [*(ROOT / path).rglob("*.py"), ROOT / path]]
    for file in files:
        if file.suffix == ".py":
            imported = set(re.findall(r"^\s*(?:from|import) (\w+)", file.read_text(), re.MULTILINE))
            assert {name for name in imported & ours if not {name, f"{name}.py"} & copied} == set()


def test_every_variable_is_explained() -> None:
    """Each `${VARIABLE}` has its line in .env.example."""
    assert {name for name, _ in VARIABLE.findall(COMPOSE_TEXT)} <= DOCUMENTED


def test_secrets_have_no_default() -> None:
    """What must be chosen stops the start with a message; what is switched off by it is empty."""
    for name, rest in VARIABLE.findall(COMPOSE_TEXT):
        if name == "STOREFRONT_WEBHOOK_SECRETS":
            assert rest == ":-"
        elif re.search("PASSWORD|KEY|SECRET", name):
            assert rest.startswith(":?")


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_setting_is_explained(settings: type[BaseSettings]) -> None:
    """Each variable of the settings has its line in .env.example."""
    assert {name.upper() for name in settings.model_fields} <= DOCUMENTED


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_commented_setting_shows_its_default(settings: type[BaseSettings]) -> None:
    """Uncommenting a line of .env.example changes nothing."""
    for name, field in settings.model_fields.items():
        shown = re.search(rf"^#{name.upper()}=(.*)$", ENV_EXAMPLE, re.MULTILINE)
        if shown:
            assert shown[1] == ("" if field.default is None else str(field.default))


@pytest.mark.parametrize("name", OURS)
def test_our_services_get_only_settings_that_are_read(name: str) -> None:
    """No variable of the environment is misspelt, and nothing required is missing."""
    given = set(SERVICES[name]["environment"])
    settings = OURS[name]
    known = {field.upper() for field in settings.model_fields}
    required = {field.upper() for field, of in settings.model_fields.items() if of.is_required()}
    assert required <= given <= known | {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}


def test_four_services_are_published_and_two_of_them_here_alone() -> None:
    """The web UI and Temporal's frontend have no login: they stay on this machine."""
    assert {name for name, service in SERVICES.items() if "ports" in service} == PUBLISHED
    for name in PUBLISHED - {"receiver", "storefront"}:
        assert all(port.startswith("127.0.0.1:") for port in SERVICES[name]["ports"])


def test_everything_is_on_one_network() -> None:
    """Each service can reach what it needs by name."""
    assert all(service["networks"] == ["upriver"] for service in SERVICES.values())


def test_mounted_files_exist() -> None:
    """What a container reads from this repository is in it."""
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("."):
                assert (ROOT / source).is_dir()
        for argument in service.get("entrypoint", [])[1:]:
            assert (ROOT / argument.replace("/upriver/", "deploy/temporal/")).is_file()


def test_the_namespace_gets_our_search_attributes() -> None:
    """The script creates all of them, and keeps closed returns for at least 30 days."""
    script = (ROOT / "deploy/temporal/create-namespace.sh").read_text()
    loop = re.search(r"for name in ([A-Za-z ]+);", script)
    assert loop is not None
    assert set(loop[1].split()) == {key.name for key in SEARCH_ATTRIBUTES}
    retention = re.search(r"--retention (\d+)h", script)
    assert retention is not None
    assert int(retention[1]) >= 30 * 24
