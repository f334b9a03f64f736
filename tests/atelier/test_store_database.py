"""The database itself: opened by several at once, migrated, stopped; and the model versions in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from atelier.errors import BadInput, Unavailable
from atelier.requests import PoemRequest
from atelier.store import PersonRef, Store, Work
from atelier.store.migrate import config
from atelier.store.tables import metadata


@pytest.fixture
def store(any_database_url: str) -> Iterator[Store]:
    opened = Store.open(any_database_url)
    yield opened
    opened.close()


def ask(store: Store) -> Work:
    request = PoemRequest(topic="初雪 🌨", seed=7)
    ada = PersonRef("discord", "1")
    return store.accept(person=ada, kind="poem", request=request, lang="zh", place={}, source="discord:1")[0]


def test_the_migrations_make_what_the_tables_say(store: Store) -> None:
    with store._db.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_migrations_can_be_undone(store: Store) -> None:
    with store._db.writing() as connection:
        command.downgrade(config(connection), "base")
    with store._db.reading() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_opening_again_changes_nothing(any_database_url: str) -> None:
    first = Store.open(any_database_url)
    work = ask(first)
    again = Store.open(any_database_url)
    assert again.get(work.id) == work
    first.close()
    again.close()


def test_several_processes_may_open_a_new_database_at_once(any_database_url: str) -> None:
    code = "import sys; from atelier.store import Store; print(Store.open(sys.argv[1]).stats()['works'])"
    started = [
        subprocess.Popen([sys.executable, "-c", code, any_database_url], stdout=-1, stderr=-1)
        for _ in range(3)
    ]
    for process in started:
        out, err = process.communicate()
        assert (process.returncode, out.strip()) == (0, b"0"), err.decode()


def test_versions_are_promoted_and_rolled_back(store: Store) -> None:
    store.register_version("poet", "v1", "a" * 64, "shipped", {"figures": []})
    store.register_version("poet", "v2", "b" * 64, "trained", {})
    store.register_version("poet", "v3", "c" * 64, "trained", {})
    store.register_version("painter", "v1", "d" * 64, "shipped", {})

    def statuses() -> dict[str, str]:
        return {row.version: row.status for row in store.versions("poet")}

    assert statuses() == {"v1": "shipped", "v2": "candidate", "v3": "candidate"}
    assert store.promote("poet", "v2").status == "current"
    assert statuses() == {"v1": "previous", "v2": "current", "v3": "candidate"}
    store.promote("poet", "v3")
    assert statuses() == {"v1": "shipped", "v2": "previous", "v3": "current"}
    assert store.rollback("poet").version == "v2"
    assert statuses() == {"v1": "shipped", "v2": "current", "v3": "rejected"}
    with pytest.raises(BadInput) as refused:
        store.rollback("poet")
    assert refused.value.key == "version-no-previous"
    with pytest.raises(BadInput, match="v9"):
        store.promote("poet", "v9")
    again = store.register_version("poet", "v2", "x", "trained", {"other": 1})
    assert (again.status, again.sha256) == ("current", "b" * 64)
    assert len(store.versions()) == 4


def test_check_answers(store: Store) -> None:
    store.check()


def test_a_database_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    for url in (f"sqlite:///{tmp_path / 'taken'}", "postgresql://nobody@127.0.0.1:9/atelier"):
        with pytest.raises(Unavailable) as refused:
            Store.open(url)
        assert refused.value.key == "store-down"


def test_a_database_that_stops_and_returns(postgres_url: str, postgres_admin: str) -> None:
    import psycopg

    store = Store.open(postgres_url)
    work = ask(store)
    with store._db.reading() as connection:
        name = str(connection.execute(text("SELECT current_database()")).scalar())
    with psycopg.connect(postgres_admin, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        for call in (store.check, lambda: store.get(work.id), lambda: store.queued(work.id)):
            with pytest.raises(Unavailable) as refused:
                call()
            assert refused.value.key == "store-down"
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert store.get(work.id) == work
    store.close()


def test_only_a_hasty_transaction_does_not_wait_for_the_disk(store: Store) -> None:
    sqlite = store._db.engine.dialect.name == "sqlite"
    question, hasty, patient = (
        ("PRAGMA synchronous", 1, 2) if sqlite else ("SHOW synchronous_commit", "off", "on")
    )
    said = []
    for haste in (False, True, False):
        with store._db.writing(hasty=haste) as connection:
            said.append(connection.execute(text(question)).scalar_one())
    with store._db.reading() as connection:
        said.append(connection.execute(text(question)).scalar_one())
    assert said == [patient, hasty, patient, patient]
