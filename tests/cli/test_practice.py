"""What a local run makes of MATUR_PRACTICE: portals beside the house, and the way to them."""

import stat
import tomllib
from pathlib import Path

import pytest

from cli.local import build
from cli.parts import Service
from portals import registry


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("MATUR_DATABASE_URL", "MATUR_PRACTICE", "MATUR_PORTALS", "MATUR_SECRETS_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MATUR_DIRECTORY", str(tmp_path))
    return tmp_path


def parts() -> list[str]:
    async def nothing() -> None: ...

    return [part.name for part in build().plan(nothing, nothing) if isinstance(part, Service)]


@pytest.mark.parametrize("word", ["0", "false", "no", "off", "FALSE"])
def test_practice_can_be_left_out_in_every_word_for_no(
    word: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build().write_mappings()
    assert len(list((directory / "portals").glob("*.toml"))) == 3

    monkeypatch.setenv("MATUR_PRACTICE", word)

    assert parts() == ["worker", "web"]
    assert not build().practice
    assert build().environment["MATUR_PRACTICE"] == "false"
    # What an earlier run wrote would lead to portals that are not there.
    build().write_mappings()
    assert not list((directory / "portals").glob("*.toml"))


@pytest.mark.parametrize("word", ["", "1", "true", "yes"])
def test_practice_portals_come_before_those_who_ask_them(
    word: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATUR_PRACTICE", word)

    assert parts() == ["sp4n", "laporgub", "open311", "worker", "web"]


@pytest.mark.usefixtures("directory")
def test_a_word_that_is_neither_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATUR_PRACTICE", "mungkin")

    with pytest.raises(SystemExit, match="MATUR_PRACTICE=mungkin"):
        build()


def test_a_given_database_has_no_practice_unasked(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATUR_DATABASE_URL", "postgresql+psycopg://somebody@example.org/real")

    assert parts() == ["worker", "web"]


def test_mappings_lead_to_the_portals_with_credentials_that_stay(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATUR_PRACTICE_OPEN311_PORT", "28999")
    build().write_mappings()
    before = {path.name: path.read_text() for path in (directory / "portals").iterdir()}
    build().write_mappings()

    assert {path.name: path.read_text() for path in (directory / "portals").iterdir()} == before
    loaded = registry.load(directory / "portals", directory / "secrets")
    assert {code: mapping.address for code, mapping in loaded.items()} == {
        "sp4n": "http://127.0.0.1:8011",
        "laporgub": "http://127.0.0.1:8012",
        "open311": "http://127.0.0.1:28999/open311/v2",
    }
    keys = [tomllib.loads(text)["credentials"] for text in before.values()]
    secret = [value for one in keys for name, value in one.items() if name != "client_id"]
    assert len(set(secret)) == len(secret) == 4
    assert all(len(value) >= 32 for value in secret)
    for path in (directory / "portals").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_an_administrator_wrote_is_left_alone(directory: Path) -> None:
    own = directory / "portals" / "sp4n.toml"
    own.parent.mkdir()
    own.write_text('address = "https://lapor.example.org"\n')

    build().write_mappings()

    assert own.read_text() == 'address = "https://lapor.example.org"\n'
    assert (own.parent / "laporgub.toml").exists()
