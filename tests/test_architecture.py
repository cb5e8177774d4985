"""Imports point one way, and each outside library stays where it belongs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "variorum"
MODULES = sorted(PACKAGE.rglob("*.py"))

LAYERS = (
    {"cli"},
    {"pipeline", "reports", "review", "export"},
    {"scrapers", "normalizers", "dedup", "store", "transport"},
    {"schema", "config"},
    {"errors"},
)
SAME_LAYER_ALLOWED = {
    # Reports show what the pipeline found, never the other way round.
    ("reports", "pipeline"),
}
ONLY_IN = {
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "typer": {"cli"},
    "rich": {"cli"},
    # Reports quote how alike two abstracts are, of which matching keeps but the level.
    "rapidfuzz": {"dedup", "reports"},
    "pylatexenc": {"normalizers"},
    "ftfy": {"normalizers"},
    "bibtexparser": {"scrapers"},
    "rispy": {"scrapers"},
    "selectolax": {"scrapers"},
    "httpx": {"transport"},
    "httpcore": {"transport"},
    "protego": {"transport"},
    "filelock": {"store"},
    "structlog": {"cli"},
    "warcio": {"transport"},
    "prometheus_client": {"reports"},
}


def _room(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(module: Path) -> Iterator[tuple[str, bool]]:
    """Names a module imports, and whether only for type checking."""
    tree = ast.parse(module.read_text())
    for_types = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in for_types) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            yield node.module or "", id(node) in for_types
            if node.module == "variorum":
                yield from ((f"variorum.{alias.name}", id(node) in for_types) for alias in node.names)


def _layer(room: str) -> int | None:
    return next((number for number, rooms in enumerate(LAYERS) if room in rooms), None)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(module: Path) -> None:
    room = _room(module)
    own = _layer(room)
    if own is None:
        return
    for name, _ in _imports(module):
        parts = name.split(".")
        if parts[0] != "variorum" or len(parts) == 1 or parts[1] == room:
            continue
        other = _layer(parts[1])
        if other is None:
            continue
        assert other > own or (other == own and (room, parts[1]) in SAME_LAYER_ALLOWED), f"{room} imports {name}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_libraries_stay_where_they_belong(module: Path) -> None:
    for name, for_types in _imports(module):
        rooms = ONLY_IN.get(name.split(".")[0])
        assert rooms is None or for_types or _room(module) in rooms, f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_readable(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= 400
