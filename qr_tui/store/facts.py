"""What calls taught: whether a task can take it in, and what is made of an id that it cannot."""

import logging
from typing import Any, Final

import msgspec

from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, HistoryEntry, Status, Task, new_key
from qr_tui.core.text.messages import N_, Message
from qr_tui.store import documents
from qr_tui.store.changes import Fact
from qr_tui.store.id_journal import Entry

log = logging.getLogger(__name__)

TWICE: Final = N_("the provider answered with the id of another task here: {id}")


def fits(task: Task, fields: dict[str, Any]) -> bool:
    """Tell whether `fields` have the types that a task's have; what a provider says may be anything."""
    try:
        documents.write(msgspec.structs.replace(task, **fields), None, {})
    except (msgspec.ValidationError, TypeError) as error:
        log.error("task %s cannot take %s: %s", task.key, sorted(fields), error)
        return False
    return True


def unclear(fact: Fact) -> dict[str, Any]:
    """Return what becomes of a task that was answered with the id of another one: a person has to find out."""
    failure = Failure(kind=Kind.LOST_ANSWER, detail=Message(TWICE, {"id": fact.id or ""}))
    own = {"status": Status.UNCONFIRMED, "failure": failure, "sender": None}
    return {name: value for name, value in fact.fields.items() if name in ("raw", "created", "id_candidates")} | own


def own_task(fact: Fact, fields: dict[str, Any]) -> Task:
    """Return a task of its own for the id in `fact`: it was paid for."""
    now = fact.at
    origin = fact.origin or Task(key=fact.key, model="", prompt="", base_url="", created_at=now)
    status = fields.get("status", Status.WAITING)
    own = {
        "status": status,
        "key": new_key(now),
        "parent": fact.key,
        "submitted_at": now,
        "updated_at": now,
        "removed_at": None,
        "history": (*origin.history, HistoryEntry(now, status, fields.get("provider_status", ""))),
    }
    return msgspec.structs.replace(origin, **{**fields, **own})


def entry_of(fact: Fact) -> Entry:
    """Return the line that keeps the id in `fact`."""
    origin, fields = fact.origin, fact.fields
    return Entry(
        key=fact.key,
        id=fact.id or "",
        host=origin.base_url if origin else "",
        at=fact.at,
        account=origin.account if origin else "",
        model=origin.model if origin else "",
        prompt=origin.prompt if origin else "",
        provider_status=fields.get("provider_status", ""),
        created=fields.get("created"),
        id_candidates=fields.get("id_candidates", ()),
    )


def fact_of(entry: Entry) -> Fact:
    """Return what `entry` kept."""
    origin = Task(
        key=entry.key,
        model=entry.model,
        prompt=entry.prompt,
        base_url=entry.host,
        account=entry.account,
        created_at=entry.at,
    )
    fields = {
        "status": Status.WAITING,
        "id": entry.id,
        "provider_status": entry.provider_status,
        "raw": entry.created,
        "created": entry.created,
        "id_candidates": entry.id_candidates,
        "failure": None,
        "sender": None,
    }
    return Fact(entry.key, fields, entry.at, origin)
