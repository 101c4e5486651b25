// The browser's offer to install the page, kept until the shopper wants it.
import { createStore } from "./store";

interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

export const offer = createStore<InstallOffer | null>(null);

export function startInstall(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer.set(event as InstallOffer);
  });
  window.addEventListener("appinstalled", () => offer.set(null));
  if (!("serviceWorker" in navigator)) return;
  window.addEventListener("load", () => {
    navigator.serviceWorker.register("/sw.js").catch((error: unknown) => console.warn(error));
  });
}
