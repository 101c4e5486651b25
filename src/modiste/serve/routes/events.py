"""What shoppers do."""

from __future__ import annotations

from fastapi import APIRouter

from modiste.serve import metrics
from modiste.serve.dependencies import TheEvents, TheWindow
from modiste.serve.errors import FAULTS
from modiste.serve.schemas import Events, Taken

router = APIRouter(tags=["events"], responses=FAULTS)


@router.post("/events", operation_id="send_events")
def send_events(batch: Events, window: TheWindow, store: TheEvents) -> Taken:
    """Keep a batch of events; they count from the next answer on.

    An `event_id` that was sent before counts once. Late events and any order are fine. What is
    acknowledged is on disk.
    """
    taken = store.add(batch.events, window.known_items).taken
    metrics.EVENTS.labels("accepted").inc(taken.accepted)
    metrics.EVENTS.labels("repeated").inc(taken.repeated)
    metrics.EVENTS.labels("rejected").inc(len(taken.rejected))
    return taken
