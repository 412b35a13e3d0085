"""The house: import arrows, pinned requirements, an import that works from anywhere, one version, no machine in it."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import rag

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("corpus", "ingest", "rag", "eval", "interfaces")
# What reads files of one format or knows one script; nothing here runs a model or opens a connection.
FORMAT_READERS = {"bs4", "cn2an", "docx", "lxml", "opencc", "pypdf", "yaml"}
MAY_IMPORT = {
    "corpus": set[str](),
    "ingest": {"ingest"},
    "rag": {"ingest", "rag"},
    "eval": {"eval", "rag"},
    "interfaces": {"interfaces", "eval", "rag"},
    "app.py": {"interfaces"},
}


def modules(place: str) -> list[Path]:
    return [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, str | None]]:
    """(module, name) of every import of a file, wherever it stands; name is None for `import module`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import hides where the arrow points"
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "import_module":
            yield from ((str(arg.value), None) for arg in node.args if isinstance(arg, ast.Constant))


@pytest.mark.parametrize("place", MAY_IMPORT)
def test_import_arrows_point_one_way(place: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in modules(place)
        for module, _ in imports(path)
        if module.split(".")[0] in {*PACKAGES, "app", "tests"} - MAY_IMPORT[place]
    }
    assert not wrong


def test_ingest_needs_only_the_standard_library_and_format_readers() -> None:
    outside = {module.split(".")[0] for path in modules("ingest") for module, _ in imports(path)}
    assert outside - set(sys.stdlib_module_names) - {"ingest"} <= FORMAT_READERS


@pytest.mark.parametrize("place", ["eval", "interfaces"])
def test_only_public_names_of_rag_are_used(place: str) -> None:
    used = {
        (module, name) for path in modules(place) for module, name in imports(path) if module.split(".")[0] == "rag"
    }
    assert {module for module, _ in used} <= {"rag"}
    assert {name for _, name in used} <= set(rag.__all__)


def test_interfaces_use_only_public_names_of_eval() -> None:
    assert {
        module for path in modules("interfaces") for module, _ in imports(path) if module.startswith("eval.")
    } == set()


def test_every_public_name_of_rag_loads() -> None:
    assert [name for name in rag.__all__ if getattr(rag, name, None) is None] == []


@pytest.mark.parametrize("decoy", [None, "rag"])
def test_import_from_any_folder_finds_this_package(tmp_path: Path, decoy: str | None) -> None:
    if decoy:
        (tmp_path / decoy).mkdir()
    code = "import rag, interfaces.cli; print(rag.__file__)"
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()) == ROOT / "rag" / "__init__.py"


def test_importing_rag_loads_nothing_heavy() -> None:
    code = (
        "import sys, rag, interfaces.cli; "
        "print({'torch', 'chromadb', 'gradio', 'llama_index', 'sentence_transformers', 'jieba'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-ray.txt"])
def test_every_requirement_is_pinned_and_names_no_host_or_path(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    loose = [
        line
        for line in lines
        if not re.fullmatch(r"-r requirements(-dev)?\.txt", line) and not re.match(r"[a-z0-9-]+==[\w.]+( ; .+)?$", line)
    ]
    assert loose == []


def test_every_dependency_of_the_package_is_pinned() -> None:
    pinned = {line.split("==")[0] for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()}
    assert {re.split(r"[<>=]", dependency)[0] for dependency in PROJECT["dependencies"]} <= pinned


def test_version_stands_in_one_place() -> None:
    assert version("kangbian") == PROJECT["version"]
    stated = [
        str(path.relative_to(ROOT))
        for place in MAY_IMPORT
        for path in modules(place)
        if re.search(rf'["\']{re.escape(PROJECT["version"])}["\']', path.read_text(encoding="utf-8"))
    ]
    assert stated == []


def test_the_command_is_installed() -> None:
    (command,) = entry_points(group="console_scripts", name="kangbian")
    assert command.value == "interfaces.cli:main"


def test_the_wheel_takes_every_package_with_its_data() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = config["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert set(wheel["packages"]) == set(PACKAGES)
    assert "exclude" not in wheel
    # Hatchling leaves out what git ignores; no data file of a package may be among it.
    data = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.suffix not in {".py", ".pyc"}]
    names = "\n".join(
        str(path.relative_to(ROOT)) for path in data if path.is_file() and "__pycache__" not in path.parts
    )
    ignored = subprocess.run(["git", "check-ignore", "--stdin"], cwd=ROOT, input=names, capture_output=True, text=True)
    assert ignored.stdout == ""


def test_no_path_of_one_machine_stands_in_the_project() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    machine = re.compile(rb"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/|/opt/(?:wheels|pypi)")
    found = [
        name
        for name in tracked.split("\0")
        if name
        and name != "tests/test_house.py"
        and (ROOT / name).is_file()
        and machine.search((ROOT / name).read_bytes())
    ]
    assert found == []


@pytest.mark.parametrize("name", ["Makefile", "pyproject.toml", ".ci/run"])
def test_the_build_names_no_registry(name: str) -> None:
    assert re.findall(r"https?://|index-url", (ROOT / name).read_text(encoding="utf-8")) == []


def test_shell_entry_points_are_executable() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
