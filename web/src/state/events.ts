// What a shopper does goes to the server in batches; what could not go is kept and sent again.
import { send, Trouble } from "../api/call";
import type { EventKind, ShopEvent, Taken } from "../api/shapes";
import { randomId, shopper } from "./session";
import { createStore, read, write } from "./store";

const WAIT = 250;
const LARGEST_BATCH = 100;
const MOST_KEPT = 1000;
const LONGEST_PAUSE = 60_000;

let queue = read<ShopEvent[]>("events", []);
let timer: ReturnType<typeof setTimeout> | undefined;
let pause = 0;
let sending = false;

/** Counts batches that the server took: lists older than the last one are out of date. */
export const taken = createStore(0);
/** Events that wait for the connection. */
export const waiting = createStore(queue.length);

export function record(
  kind: EventKind,
  itemId: string,
  price: number | null = null,
  time = new Date(),
): void {
  queue.push({
    event_id: randomId(),
    user_id: shopper.get().id,
    item_id: itemId,
    kind,
    time: time.toISOString(),
    price: kind === "purchase" ? price : null,
  });
  keep(queue.slice(-MOST_KEPT));
  schedule(WAIT);
}

/** Send what waits, now. */
export async function flush(): Promise<void> {
  clearTimeout(timer);
  if (sending || !queue.length) return;
  sending = true;
  const batch = queue.slice(0, LARGEST_BATCH);
  try {
    await send<Taken>("/events", { events: batch }, { keepalive: true });
    pause = 0;
    settle(batch);
    taken.set(taken.get() + 1);
    if (queue.length) schedule(0);
  } catch (error) {
    // What the server refuses for its form would be refused for ever; the rest is worth keeping.
    if (error instanceof Trouble && [400, 413, 422].includes(error.status)) settle(batch);
    pause = Math.min(LONGEST_PAUSE, Math.max(1000, pause * 2, waitOf(error)));
    if (queue.length) schedule(pause);
  } finally {
    sending = false;
  }
}

export function startEvents(): void {
  window.addEventListener("online", () => void flush());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void flush();
  });
  if (queue.length) schedule(WAIT);
}

export function dropEvents(): void {
  keep([]);
}

function settle(batch: ShopEvent[]): void {
  const done = new Set(batch.map((event) => event.event_id));
  keep(queue.filter((event) => !done.has(event.event_id)));
}

function keep(events: ShopEvent[]): void {
  queue = events;
  write("events", queue);
  waiting.set(queue.length);
}

function schedule(after: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void flush(), after);
}

function waitOf(error: unknown): number {
  return error instanceof Trouble ? error.wait * 1000 : 0;
}
