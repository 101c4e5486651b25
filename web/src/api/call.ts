// One way to ask the server: a time limit, and every failure as a Trouble with a remedy.
import { createStore, keptStore } from "../state/store";
import type { Fault } from "./shapes";

const TIME_LIMIT = 20_000;

/** What went wrong, in words for the shopper. */
export class Trouble extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly remedy: string,
    readonly status = 0,
    /** Seconds until it is worth asking again. */
    readonly wait = 0,
  ) {
    super(message);
  }
}

/** Whether answers come from the server now, or since when they come from what this device kept. */
export const connection = createStore<{ lost: boolean; keptSince: string | null }>({
  lost: false,
  keptSince: null,
});

/** The key to a shop that is served to a network; empty: none is needed or known. */
export const shopKey = keptStore("key", "");
/** Whether the server asks for a key before it shows anything. */
export const keyNeeded = createStore(false);

export async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  const limit = AbortSignal.timeout(TIME_LIMIT);
  const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
  let answer: Response;
  try {
    answer = await fetch(path, {
      ...init,
      signal,
      headers: { accept: "application/json", ...keyHeader(), ...init.headers },
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw limit.aborted ? tooSlow() : unreachable();
  }
  const kept = answer.headers.get("x-modiste-kept");
  const known = connection.get();
  if (kept) connection.set({ lost: true, keptSince: kept });
  else if (known.lost) connection.set({ lost: false, keptSince: null });
  if (!answer.ok) throw await troubleOf(answer);
  return (await answer.json()) as T;
}

/** Ask with a JSON body. */
export function send<T>(path: string, body: unknown, init: RequestInit = {}): Promise<T> {
  return call<T>(path, {
    method: "POST",
    body: JSON.stringify(body),
    ...init,
    headers: { "content-type": "application/json" },
  });
}

function keyHeader(): Record<string, string> {
  const key = shopKey.get();
  return key ? { authorization: `Bearer ${key}` } : {};
}

function tooSlow(): Trouble {
  return new Trouble(
    "too_slow",
    "The shop did not answer in time.",
    "Try again in a moment. What you typed and chose is kept.",
  );
}

function unreachable(): Trouble {
  if (!navigator.onLine) connection.set({ ...connection.get(), lost: true });
  return navigator.onLine
    ? new Trouble("unreachable", "The shop cannot be reached.", "Try again in a moment.")
    : new Trouble(
        "offline",
        "You are offline.",
        "What you saw lately still opens. The rest comes back with your connection.",
      );
}

async function troubleOf(answer: Response): Promise<Trouble> {
  const wait = Number(answer.headers.get("retry-after")) || 0;
  const fault = (await answer.json().catch(() => null)) as Partial<Fault> | null;
  if (answer.status === 401) keyNeeded.set(true);
  return new Trouble(
    fault?.code ?? `status_${answer.status}`,
    fault?.message ?? `The shop answered with an error (${answer.status}).`,
    fault?.remedy ?? "Try again in a moment.",
    answer.status,
    wait,
  );
}
