// Where the shopper is: the address, and where Back had scrolled to.
import { createStore } from "./store";

export interface Place {
  path: string;
  query: URLSearchParams;
  /** Scroll position to come back to; null: a new place, begin on top. */
  back: number | null;
  key: string;
}

const positions = new Map<string, number>();

function here(back: number | null): Place {
  const state = history.state as { key?: string } | null;
  return {
    path: location.pathname,
    query: new URLSearchParams(location.search),
    back,
    key: state?.key ?? "first",
  };
}

export const place = createStore<Place>(here(null));

let counter = 0;

/** Go to an address of this page; `replace` leaves no trace for Back and keeps the scroll. */
export function go(to: string, replace = false): void {
  if (to === location.pathname + location.search) {
    if (!replace) window.scrollTo({ top: 0 });
    return;
  }
  const key = replace ? place.get().key : `${Date.now()}-${counter++}`;
  if (replace) history.replaceState({ key }, "", to);
  else history.pushState({ key }, "", to);
  place.set(here(replace ? window.scrollY : null));
}

export function startPlaces(): void {
  history.scrollRestoration = "manual";
  window.addEventListener("popstate", () => {
    const state = history.state as { key?: string } | null;
    place.set(here(positions.get(state?.key ?? "first") ?? 0));
  });
  window.addEventListener("scroll", () => positions.set(place.get().key, window.scrollY), {
    passive: true,
  });
  document.addEventListener("click", follow);
}

/** Links within the page change the place without loading it anew. */
function follow(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.origin !== location.origin || link.hasAttribute("download")) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
