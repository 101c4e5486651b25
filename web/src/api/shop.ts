// The server's operations, as the pages call them.
import { learnPrices } from "../state/prices";
import { call, send } from "./call";
import type {
  Facets,
  Forgotten,
  Found,
  Garment,
  Garments,
  ItemPage,
  KnownUser,
  Lab,
  LabUser,
  Listed,
  SearchRequest,
  Suggestions,
} from "./shapes";

export interface Asked {
  user?: string;
  k?: number;
  placement?: "home" | "product" | "basket" | "new" | "trending";
  items?: readonly string[];
  filters?: readonly string[];
  explain?: boolean;
}

export interface Crop {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface PhotoSearch {
  photo: Blob;
  crop: Crop | null;
  words: string;
  /** Of the words against the picture. */
  weight: number;
  user?: string;
  filters: readonly string[];
  k: number;
}

export function recommendations(asked: Asked, signal?: AbortSignal): Promise<Listed> {
  const query = new URLSearchParams();
  if (asked.user) query.set("user_id", asked.user);
  if (asked.placement) query.set("placement", asked.placement);
  query.set("k", String(asked.k ?? 12));
  for (const item of asked.items ?? []) query.append("items", item);
  for (const filter of asked.filters ?? []) query.append("filter", filter);
  if (asked.explain) query.set("explain", "1");
  return call(`/recommendations?${query}`, signal ? { signal } : {});
}

export const item = (id: string, signal?: AbortSignal): Promise<ItemPage> =>
  call(`/items/${encodeURIComponent(id)}`, signal ? { signal } : {});

export const beside = (
  id: string,
  what: "similar" | "goes-with",
  k: number,
  signal?: AbortSignal,
): Promise<Listed> =>
  call(`/items/${encodeURIComponent(id)}/${what}?k=${k}`, signal ? { signal } : {});

export const search = (asked: Partial<SearchRequest>, signal?: AbortSignal): Promise<Found> =>
  send("/search", asked, signal ? { signal } : {});

export function searchByPhoto(asked: PhotoSearch, signal?: AbortSignal): Promise<Found> {
  const form = new FormData();
  form.set("photo", asked.photo, "photo.jpg");
  if (asked.crop) form.set("crop", cropText(asked.crop));
  if (asked.words) {
    form.set("words", asked.words);
    form.set("weight", String(asked.weight));
  }
  if (asked.user) form.set("user", asked.user);
  for (const filter of asked.filters) form.append("filters", filter);
  form.set("k", String(asked.k));
  return call("/search", { method: "POST", body: form, ...(signal ? { signal } : {}) });
}

export async function garments(photo: Blob, signal?: AbortSignal): Promise<Garment[]> {
  const form = new FormData();
  form.set("photo", photo, "photo.jpg");
  const found = await call<Garments>("/garments", {
    method: "POST",
    body: form,
    ...(signal ? { signal } : {}),
  });
  return found.garments;
}

export const suggest = (text: string, signal: AbortSignal): Promise<Suggestions> =>
  call(`/suggest?${new URLSearchParams({ q: text })}`, { signal });

/** What the shop, or what is found by these words, can be narrowed by. */
export async function facets(words = "", signal?: AbortSignal): Promise<Facets> {
  const path = words ? `/facets?${new URLSearchParams({ q: words })}` : "/facets";
  const found = await call<Facets>(path, signal ? { signal } : {});
  if (!words) learnPrices(found);
  return found;
}

export const knownUsers = async (): Promise<KnownUser[]> =>
  (await call<{ users: KnownUser[] }>("/users?k=12")).users;

export const forget = (user: string): Promise<Forgotten> =>
  call(`/users/${encodeURIComponent(user)}`, { method: "DELETE" });

export const lab = (signal?: AbortSignal): Promise<Lab> =>
  call("/lab-data", signal ? { signal } : {});

export const labUser = (user: string, signal?: AbortSignal): Promise<LabUser> =>
  call(`/lab-data/users/${encodeURIComponent(user)}`, signal ? { signal } : {});

/** Path of a picture in a width that fits where it is shown. */
export const picture = (path: string, width: 320 | 800): string =>
  `${path}${path.includes("?") ? "&" : "?"}width=${width}`;

function cropText(crop: Crop): string {
  return [crop.left, crop.top, crop.right, crop.bottom].map((v) => v.toFixed(4)).join(",");
}
