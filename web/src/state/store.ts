// A value that components watch.
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  watch(tell: () => void): () => void;
}

export function createStore<T>(value: T): Store<T> {
  const watchers = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const tell of [...watchers]) tell();
    },
    watch(tell) {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  const [value, setValue] = useState(() => store.get());
  useEffect(() => {
    const tell = () => setValue(() => store.get());
    tell();
    return store.watch(tell);
  }, [store]);
  return value;
}

/** A store that outlives the page, in this browser alone. */
export function keptStore<T>(name: string, initial: T): Store<T> {
  const store = createStore(read(name, initial));
  write(name, store.get());
  store.watch(() => write(name, store.get()));
  return store;
}

export function read<T>(name: string, initial: T): T {
  try {
    const text = localStorage.getItem(`modiste.${name}`);
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}

export function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(`modiste.${name}`, JSON.stringify(value));
  } catch {
    // A full or forbidden storage: the page works, it forgets on leaving.
  }
}
