"""The documents: links lead somewhere, citations are right, and nothing local slipped in."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from digital_river.signature import sign
from workflows import names

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("tests/docs/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
NUMBER = re.compile(r"^\d+(?:\.\d+)? ")
CITATION = re.compile(
    r"docs/([a-z-]+\.md), *"
    r'(?:"([^"]+)"|([A-Z][a-z]+(?: (?!and [A-Z])[a-z]+)*(?: and [A-Z][a-z]+)?))'
)
SECTION = re.compile(r"§(\d+(?:\.\d+)?)(?: ([CU]\d+))?")
FOLDERS = {".venv", ".git", "node_modules", "build"}
LOCAL = re.compile(
    r"/(?:home|Users|root|tmp|work|mnt|opt)/[A-Za-z]"
    r"|[A-Z]:\\\\Users"
    r"|pythonhosted|//pypi\.|npmjs|(?:docker|ghcr|quay)\.io|/simple/?$"
    r"|\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3}:\d"
)


def headings(page: Path) -> list[str]:
    """Return the headings of a page as they are written."""
    return HEADING.findall(
        re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    )


def anchors(page: Path) -> set[str]:
    """Return the anchors that the headings of a page make."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings(page))
    return {heading.replace(" ", "-") for heading in kept}


def sources() -> list[Path]:
    """Return every Python file of the project."""
    return [path for path in sorted(ROOT.rglob("*.py")) if not FOLDERS & set(path.parts)]


def joined(path: Path) -> str:
    """Return the text of a file with its line breaks taken for spaces."""
    return re.sub(r"\s*\n\s*(?:# )?", " ", path.read_text())


def committed() -> list[Path]:
    """Return every file that is, or can be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    """Each link to a file or a heading of this repository resolves."""
    for link in LINK.findall(page.read_text()):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_cited_headings_exist() -> None:
    """What the code cites by name is a heading of that page."""
    missing = []
    for path in sources():
        for name, quoted, bare in CITATION.findall(joined(path)):
            known = {NUMBER.sub("", heading) for heading in headings(ROOT / "docs" / name)}
            cited = [quoted] if quoted else bare.split(" and ")
            missing += [f"{path.name}: {name}, {each}" for each in cited if each not in known]
    assert missing == []


def test_cited_sections_exist() -> None:
    """What the code cites by number is a section, a contradiction or an open question."""
    page = ROOT / "docs/digital-river.md"
    known = {found[0].strip() for heading in headings(page) if (found := NUMBER.match(heading))}
    known |= {f"7 {row}" for row in re.findall(r"^\| ([CU]\d+) \|", page.read_text(), re.MULTILINE)}
    missing = []
    for path in sources():
        for section, row in SECTION.findall(path.read_text()):
            cited = f"{section} {row}" if row else section
            if cited not in known:
                missing.append(f"{path.relative_to(ROOT)}: §{cited}")
    assert missing == []


def test_nothing_local_is_committed() -> None:
    """No text file names a place on somebody's machine or a package registry."""
    found = []
    for path in committed():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}: {hit[0]}"
            for hit in LOCAL.finditer(text)
            if path != Path(__file__)
        ]
    assert found == []


def test_every_direct_dependency_is_explained() -> None:
    """Each one has a row in docs/dependencies.md, and no row is left over."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    page = (ROOT / "docs/dependencies.md").read_text()
    explained = set(re.findall(r"^\| ([a-z][a-z-]*) \|", page, re.MULTILINE)) - {"package"}
    assert {requirement.partition("==")[0] for requirement in wanted} == explained


def test_names_of_the_workflow_are_explained() -> None:
    """Search attributes, messages and task queues are in docs/architecture.md."""
    page = (ROOT / "docs/architecture.md").read_text()
    told = [
        value for name, value in vars(names).items() if name.isupper() and isinstance(value, str)
    ]
    told += [key.name for key in names.SEARCH_ATTRIBUTES]
    assert [name for name in told if f"`{name}`" not in page] == []


def test_the_house_is_drawn_as_it_is() -> None:
    """Every file of lifecycle, workflows and activities is in the tree of docs/architecture.md."""
    page = (ROOT / "docs/architecture.md").read_text()
    packages = ("lifecycle", "workflows", "activities")
    files = {path.name for package in packages for path in (ROOT / package).glob("*.py")}
    missing = {name for name in files - {"__init__.py"} if not re.search(rf"\b{name}", page)}
    assert missing == set()


def test_the_test_vector_is_right() -> None:
    """The signature printed in docs/digital-river.md is what its own rule makes."""
    page = (ROOT / "docs/digital-river.md").read_text()
    block = re.search(r"secret +(\S+)\ntimestamp +(\S+)\nbody +(.+)\nheader +(.+)\n", page)
    assert block is not None
    secret, timestamp, body, header = block.groups()
    assert sign(secret, timestamp, body.encode()) == header
