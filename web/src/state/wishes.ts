// Like, hide, basket: shown at once, told to the server behind it.
import type { Item } from "../api/shapes";
import { SHOWN_FOR, tell } from "../parts/toast";
import { record } from "./events";
import { basket, hidden, type Kept, keptOf, liked } from "./session";

type Any = Item | Kept;
const kept = (item: Any): Kept => ("product" in item ? keptOf(item) : item);
const leaving = new Map<string, ReturnType<typeof setTimeout>>();

export function like(item: Any): void {
  if (liked.get().some((one) => one.id === item.id)) {
    unlike(item);
    return;
  }
  liked.set([kept(item), ...liked.get()]);
  record("like", item.id);
  tell(`${item.name} is among what you like.`);
}

function unlike(item: Any): void {
  const before = liked.get();
  liked.set(before.filter((one) => one.id !== item.id));
  tell(`${item.name} is no longer liked.`, { label: "Undo", run: () => liked.set(before) });
}

/** Hidden at once; the server hears of it when Undo is past. */
export function hide(item: Any): void {
  const tellServer = () => {
    clearTimeout(leaving.get(item.id));
    if (leaving.delete(item.id)) record("hide", item.id);
  };
  hidden.set([item.id, ...hidden.get()]);
  leaving.set(item.id, setTimeout(tellServer, SHOWN_FOR));
  tell(`${item.name} will not be shown again.`, { label: "Undo", run: () => show(item.id) });
}

export function show(id: string): void {
  clearTimeout(leaving.get(id));
  leaving.delete(id);
  hidden.set(hidden.get().filter((one) => one !== id));
}

export function startWishes(): void {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    for (const [id, timer] of leaving) {
      clearTimeout(timer);
      record("hide", id);
    }
    leaving.clear();
  });
}

export function addToBasket(item: Any): void {
  if (!basket.get().some((one) => one.id === item.id)) basket.set([kept(item), ...basket.get()]);
  record("basket", item.id);
  tell(`${item.name} is in your basket.`);
}

export function takeFromBasket(item: Any): void {
  const before = basket.get();
  basket.set(before.filter((one) => one.id !== item.id));
  tell(`${item.name} left your basket.`, { label: "Undo", run: () => basket.set(before) });
}

export function buy(): void {
  const bought = basket.get();
  for (const item of bought) record("purchase", item.id, item.price);
  basket.set([]);
}
