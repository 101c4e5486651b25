// How this shop writes its prices: told with its facets, kept for pages that open before they come.
import type { Facets } from "../api/shapes";
import { keptStore } from "./store";

interface Prices {
  /** A currency's code or another text; null: bare numbers. */
  unit: string | null;
  /** Figures behind the point; null: not known yet. */
  places: number | null;
}

export const prices = keptStore<Prices>("prices", { unit: null, places: null });

/** Learn from the facets of the whole shop: where nothing costs 1, two places say too little. */
export function learnPrices({ price_unit, highest_price }: Facets): void {
  const unit = price_unit ?? null;
  const places = highest_price !== null && highest_price < 1 ? 4 : 2;
  const known = prices.get();
  if (known.unit !== unit || known.places !== places) prices.set({ unit, places });
}

/** A price in the shop's own unit, never converted. */
export function priceText(price: number, { unit, places }: Prices, bare = false): string {
  const digits = places ?? (price > 0 && price < 0.1 ? 4 : 2);
  const figures = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  if (bare || !unit) return price.toLocaleString("en-GB", figures);
  if (/^[A-Z]{3}$/.test(unit)) {
    return price.toLocaleString("en-GB", { style: "currency", currency: unit, ...figures });
  }
  return `${price.toLocaleString("en-GB", figures)} ${unit}`;
}
