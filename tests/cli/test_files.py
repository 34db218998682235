"""What lies at the top of the repository: the locks, the compose file, the Makefile."""

import json
import re
import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from settings import Settings

TOP = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_its_hash(lock: str) -> None:
    text = (TOP / lock).read_text().replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(packages) > 40
    for package in packages:
        assert re.match(r"^[a-z0-9-]+==[^ ]+ ", package), package
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    for line in (TOP / lock).read_text().splitlines():
        assert not re.search(r"://|--(extra-)?index|--find-links|^-|@ |file:", line), line
        assert not re.match(r"(django|asgiref)==", line), line


def test_the_locks_hold_all_that_the_project_asks_for() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())
    runtime = project["project"]["dependencies"]
    for lock, wanted in zip(
        LOCKS, (runtime, runtime + project["dependency-groups"]["dev"]), strict=True
    ):
        held = {
            match[1]: match[2]
            for match in re.finditer(r"^([a-z0-9-]+)==([^ ]+)", (TOP / lock).read_text(), re.M)
        }
        for requirement in map(Requirement, wanted):
            version = held[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), requirement


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((TOP / "docker-compose.yml").read_text())
    return loaded


def test_compose_follows_the_specification(compose: dict[str, Any]) -> None:
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(compose, json.loads(vendored.read_text()))


def test_compose_publishes_only_the_proxy(compose: dict[str, Any]) -> None:
    services = compose["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    # The engine's own pages: for whoever is on the machine, and nobody else.
    assert all(port.startswith("127.0.0.1:") for port in published.pop("temporal-ui"))
    assert published.keys() == {"proxy"}
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "temporal"):
        assert services[name]["networks"] == ["inside"]


def test_compose_runs_two_webs_and_three_workers_after_the_jobs(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, replicas in {"web": 2, "worker": 3}.items():
        assert services[name]["deploy"] == {"replicas": replicas}
        assert {
            job: wait["condition"] for job, wait in services[name]["depends_on"].items()
        } == dict.fromkeys(("migrate", "temporal-namespace"), "service_completed_successfully")
    assert set(services["temporal"]["depends_on"]) == {"temporal-schema"}
    jobs = {"migrate", "temporal-schema", "temporal-namespace"}
    # Those of web and temporal-ui are in their images.
    assert {
        name for name, service in services.items() if "test" in service.get("healthcheck", {})
    } == (services.keys() - jobs - {"web", "temporal-ui"})


def test_secrets_come_from_files_that_make_secrets_makes(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    script = tmp_path / "make-secrets"
    script.write_bytes((TOP / "deploy/make-secrets").read_bytes())
    run = ["sh", str(script)]
    subprocess.run(run, check=True)
    made = {file.name: file.read_bytes() for file in (tmp_path / "secrets").iterdir()}
    subprocess.run(run, check=True)
    assert made == {file.name: file.read_bytes() for file in (tmp_path / "secrets").iterdir()}
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700

    assert {f"deploy/secrets/{name}" for name in made} == {
        secret["file"] for secret in compose["secrets"].values()
    }
    for name, service in compose["services"].items():
        assert set(service.get("secrets", [])) <= made.keys()
        for key, value in service.get("environment", {}).items():
            assert "PASSWORD" not in key or value.startswith("/run/secrets/"), (name, key)


def test_what_make_secrets_makes_is_what_settings_want(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "make-secrets"
    script.write_bytes((TOP / "deploy/make-secrets").read_bytes())
    subprocess.run(["sh", str(script)], check=True)
    monkeypatch.setenv("MATUR_SECRETS_DIR", str(tmp_path / "secrets"))

    settings = Settings()

    assert len(settings.secret_bytes) == 32
    assert list(settings.keyring) == ["k1"]
    assert settings.database.startswith("postgresql+psycopg://matur_app:")
    assert settings.migration_database.startswith("postgresql+psycopg://matur_owner:")


def test_every_target_of_make_is_in_its_help() -> None:
    targets = re.findall(r"^\.PHONY: (.+)$", (TOP / "Makefile").read_text(), re.M)
    shown = subprocess.run(["make", "help"], cwd=TOP, check=True, capture_output=True, text=True)
    assert re.findall(r"^  make ([a-z-]+) ", shown.stdout, re.M) == targets
