"""The mappings: shipped, laid over, checked with an error that names file and key."""

from pathlib import Path

import pytest

from domain.terms import Channel
from portals.mapping import MappingError
from portals.open311_mapping import Open311Mapping
from portals.protocol import Told
from portals.registry import connect, load
from portals.sp4n_mapping import Sp4nMapping

SP4N = """
address = "https://portal.contoh.go.id/"
[credentials]
client_id = "matur"
client_secret = "file:sp4n_secret"
webhook_secret = "w"
"""


async def no_turn() -> None: ...


def test_what_is_shipped_is_whole_and_calls_nobody(tmp_path: Path) -> None:
    mappings = load(tmp_path / "none")

    assert set(mappings) == {Channel.SP4N, Channel.LAPORGUB, Channel.OPEN311}
    for code, mapping in mappings.items():
        assert (mapping.code, mapping.address, mapping.assumed) == (code, None, True)
        assert not mapping.allow_private
        assert mapping.word(Told.CLOSED)


def test_an_overlay_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    before = load(tmp_path)["sp4n"]
    (tmp_path / "sp4n.toml").write_text(
        'per_minute = 30\n[paths]\nreports = "/v2/aduan"\n[status]\nasked = "menunggu"\nlinked = ""'
    )

    after = load(tmp_path)["sp4n"]

    assert isinstance(before, Sp4nMapping)
    assert isinstance(after, Sp4nMapping)
    assert after.per_minute == 30
    assert after.paths == before.paths.model_copy(update={"reports": "/v2/aduan"})
    assert after.word(Told.ASKED) == "menunggu"
    assert after.word(Told.LINKED) is None
    assert after.word(Told.CLOSED) == "selesai"


def test_a_list_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "open311.toml").write_text('[words]\nclosed = ["done"]')

    mapping = load(tmp_path)["open311"]

    assert isinstance(mapping, Open311Mapping)
    assert mapping.words.closed == ("done",)
    assert mapping.words.reporter == ("reporter",)


def test_a_credential_may_lie_in_the_directory_of_secrets(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "sp4n_secret").write_text("sangat-rahasia\n")
    (tmp_path / "sp4n.toml").write_text(SP4N)

    mapping = load(tmp_path, secrets)["sp4n"]

    assert isinstance(mapping, Sp4nMapping)
    assert mapping.credentials
    assert mapping.credentials.client_secret.get_secret_value() == "sangat-rahasia"
    assert mapping.address == "https://portal.contoh.go.id"
    assert "sangat-rahasia" not in repr(mapping)


@pytest.mark.parametrize(
    ("code", "overlay", "said"),
    [
        ("sp4n", '[paths]\nreports = "laporan"', "sp4n.toml: paths.reports: "),
        ("sp4n", '[paths]\nstatus = "/tanpa-id"', "sp4n.toml: paths.status: "),
        ("sp4n", '[paths]\nlaporan = "/x"', "sp4n.toml: paths.laporan: "),
        ("sp4n", "per_minute = 0", "sp4n.toml: per_minute: "),
        ("sp4n", 'adress = "https://x"', "sp4n.toml: adress: "),
        ("sp4n", '[report]\nid = ""', "sp4n.toml: report.id: "),
        ("sp4n", '[status]\nbeantwortet = "x"', "sp4n.toml: status.beantwortet: "),
        ("sp4n", 'code = "lain"', "sp4n.toml: code: "),
        ("sp4n", 'address = "https://x.id"', "sp4n.toml: credentials: "),
        ("sp4n", SP4N, "sp4n.toml: credentials.client_secret: "),
        ("sp4n", "per_minute = ", "sp4n.toml: is not TOML: "),
        ("laporgub", 'address = "ftp://x"', "laporgub.toml: address: "),
        ("laporgub", 'zone = "Asia/Purbalingga"', "laporgub.toml: zone: "),
        ("laporgub", '[credentials]\napi_key = ""', "laporgub.toml: credentials.api_key: "),
        ("open311", 'format = "csv"', "open311.toml: format: "),
        ("open311", "start_days = 91", "open311.toml: start_days: "),
        ("span", "per_minute = 1", "span.toml: no such portal"),
    ],
)
def test_a_mistake_names_file_and_key(code: str, overlay: str, said: str, tmp_path: Path) -> None:
    (tmp_path / f"{code}.toml").write_text(overlay)

    with pytest.raises(MappingError) as caught:
        load(tmp_path)

    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("name", ["../sp4n.toml", "", "none"])
def test_a_credential_comes_from_that_directory_only(name: str, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (tmp_path / "sp4n.toml").write_text(SP4N.replace("sp4n_secret", name))

    with pytest.raises(MappingError, match=r"credentials\.client_secret"):
        load(tmp_path, secrets)


def test_every_known_portal_has_a_connector(tmp_path: Path) -> None:
    for mapping in load(tmp_path).values():
        assert connect(mapping, no_turn)
