// Answers of the server as components see them: loading, ready or failed; Back finds them again.
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Trouble } from "../api/call";

const FRESH = 5 * 60_000;
const MOST_KEPT = 60;
const answers = new Map<string, { data: unknown; at: number }>();

/** Forget answers whose key begins like this: they are out of date. */
export function forgetAnswers(begin = ""): void {
  for (const key of [...answers.keys()]) if (key.startsWith(begin)) answers.delete(key);
}

const ahead = new Map<string, Promise<unknown>>();

/** Ask before anything is drawn: whoever needs it first takes the answer. */
export function askAhead(key: string, ask: () => Promise<unknown>): void {
  const answer = ask();
  answer.catch(() => undefined); // Told to whoever takes it.
  ahead.set(key, answer);
}

function taken<T>(key: string): Promise<T> | undefined {
  const answer = ahead.get(key) as Promise<T> | undefined;
  ahead.delete(key);
  return answer;
}

export interface Answered<T> {
  data: T | undefined;
  trouble: Trouble | undefined;
  /** Whether the server is being asked; `data` may be of the question before. */
  busy: boolean;
  again: () => void;
}

/** Ask what `key` stands for; null asks nothing. With `hold`, the old answer stays until the new. */
export function useAnswer<T>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<T>,
  hold = false,
): Answered<T> {
  const [, redraw] = useState(0);
  const [round, setRound] = useState(0);
  const last = useRef<{ key: string | null; data?: T; trouble?: Trouble; busy: boolean }>({
    key: null,
    busy: false,
  });
  const now = last.current;
  if (now.key !== key) {
    const known = key === null ? undefined : kept<T>(key);
    const data = known ?? (hold ? now.data : undefined);
    last.current = { key, busy: key !== null && !known, ...(data === undefined ? {} : { data }) };
  }
  useLayoutEffect(() => {
    if (key === null || (kept(key) !== undefined && round === 0)) return;
    const stop = new AbortController();
    const mine = () => !stop.signal.aborted && last.current.key === key;
    last.current.busy = true;
    redraw((n) => n + 1);
    (taken<T>(key) ?? ask(stop.signal)).then(
      (data) => {
        if (!mine()) return;
        keepAnswer(key, data);
        last.current = { key, data, busy: false };
        redraw((n) => n + 1);
      },
      (error: unknown) => {
        if (!mine()) return;
        const { data } = last.current;
        const trouble = asTrouble(error);
        last.current = { key, trouble, busy: false, ...(data === undefined ? {} : { data }) };
        redraw((n) => n + 1);
      },
    );
    return () => stop.abort();
  }, [key, round]);
  const again = useCallback(() => setRound((n) => n + 1), []);
  const { data, trouble, busy } = last.current;
  return { data, trouble, busy, again };
}

function kept<T>(key: string): T | undefined {
  const found = answers.get(key);
  return found && Date.now() - found.at < FRESH ? (found.data as T) : undefined;
}

function keepAnswer(key: string, data: unknown): void {
  answers.delete(key);
  answers.set(key, { data, at: Date.now() });
  const oldest = answers.keys().next().value;
  if (answers.size > MOST_KEPT && oldest !== undefined) answers.delete(oldest);
}

export function asTrouble(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  return new Trouble("page", "Something on this page went wrong.", "Load the page again.");
}
