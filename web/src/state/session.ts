// Who is looking, and what they keep: on this device, nowhere else.
import type { Item } from "../api/shapes";
import { keptStore } from "./store";

/** A random id; `crypto.randomUUID` is absent where a phone reads the page over plain http. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export interface Shopper {
  id: string;
  /** How they are called in the header; a visitor has a made-up id nobody wants to read. */
  name: string;
  visitor: boolean;
}

export const newVisitor = (): Shopper => ({
  id: `visitor-${randomId().slice(0, 12)}`,
  name: "New visitor",
  visitor: true,
});

/** Whose taste orders what a search finds: of a visitor the shop knows none. */
export const tasteOf = (who: Shopper): { user?: string } => (who.visitor ? {} : { user: who.id });

export const shopper = keptStore<Shopper>("shopper", newVisitor());

/** What a kept tile needs; a basket shows without the server. */
export type Kept = Pick<Item, "id" | "name" | "price" | "picture" | "attributes">;

export const liked = keptStore<Kept[]>("liked", []);
export const basket = keptStore<Kept[]>("basket", []);
export const hidden = keptStore<string[]>("hidden", []);

export const keptOf = ({ id, name, price, picture, attributes }: Item): Kept => ({
  id,
  name,
  price,
  picture,
  attributes,
});

/** Begin anew as somebody else: what is kept belongs to the one who kept it. */
export function become(next: Shopper): void {
  liked.set([]);
  basket.set([]);
  hidden.set([]);
  shopper.set(next);
  void navigator.serviceWorker?.controller?.postMessage("forget-answers");
}

export type Theme = "system" | "light" | "dark";
export const theme = keptStore<Theme>("theme", "system");

export function applyTheme(): void {
  const chosen = theme.get();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
