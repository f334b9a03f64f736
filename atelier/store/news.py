"""What administrators should know though nobody asked: written down once, told once on each platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from atelier.store.database import Database, insert_once
from atelier.store.records import Platform
from atelier.store.rows import now
from atelier.store.tables import news


@dataclass(frozen=True, slots=True)
class News:
    """A sentence's key and what stands in it."""

    id: int
    key: str
    params: dict[str, Any]


class NewsOf:
    """The part of :class:`atelier.store.Store` that keeps news."""

    _db: Database

    def add_news(self, name: str, key: str, **params: str | int | float) -> bool:
        """Write it down under a name that only it has. False: it was there already."""
        with self._db.writing() as connection:
            return add_news(connection, name, key, **params)

    def news_for(self, platform: Platform, within: timedelta) -> list[News]:
        """What that platform's administrators were not told yet, oldest first; nothing older than that."""
        query = select(news).where(news.c.at > now() - within).order_by(news.c.id)
        with self._db.reading() as connection:
            rows = connection.execute(query).all()
        return [News(row.id, row.key, row.params) for row in rows if platform not in row.told]

    def news_told(self, news_id: int, platform: Platform) -> None:
        """The platform's administrators know."""
        with self._db.writing() as connection:
            this = news.c.id == news_id
            told = connection.execute(select(news.c.told).where(this).with_for_update()).scalar_one()
            connection.execute(update(news).where(this).values(told=[*told, platform]))


def add_news(connection: Connection, name: str, key: str, **params: str | int | float) -> bool:
    """:meth:`NewsOf.add_news`, within a transaction."""
    return insert_once(connection, news, name=name[:96], key=key, params=params, told=[], at=now())
