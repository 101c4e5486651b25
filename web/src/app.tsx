// The frame around every page: header, banners, the page, messages.
import type { ComponentType } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { connection, keyNeeded } from "./api/call";
import { Basket, Liked } from "./pages/kept";
import { Find } from "./pages/find";
import { Home } from "./pages/home";
import { ItemView } from "./pages/item";
import { KeyForm } from "./pages/key";
import { Guard } from "./parts/guard";
import { Header } from "./parts/header";
import { Empty, Notice } from "./parts/notice";
import { Toasts } from "./parts/toast";
import { clockText } from "./parts/words";
import { holdPhoto, photoOf } from "./photo/given";
import { forgetAnswers } from "./state/answers";
import { taken } from "./state/events";
import { go, place, type Place } from "./state/place";
import { useStore } from "./state/store";

const photoPage = () => import("./photo/photo-page").then((module) => module.PhotoPage);
const labPage = () => import("./lab/lab-page").then((module) => module.LabPage);

export function App() {
  const here = useStore(place);
  const locked = useStore(keyNeeded);
  useArrival(here);
  usePhotosFromOutside();
  useEffect(() => taken.watch(() => forgetAnswers("shelf")), []);
  return (
    <>
      <Header />
      <Banners />
      <main id="main" tabIndex={-1}>
        <Guard key={here.path}>{locked ? <KeyForm /> : <Page here={here} />}</Guard>
      </main>
      <footer class="bottom">
        <p>
          modiste recommends by what is bought and looked at. Nothing you do here leaves this shop.
        </p>
      </footer>
      <Toasts />
    </>
  );
}

function Page({ here }: { here: Place }) {
  const { path } = here;
  if (path === "/") return <Home />;
  if (path === "/find") return <Find query={here.query} />;
  if (path.startsWith("/item/")) return <ItemView id={partOf(path)} key={path} />;
  if (path === "/liked") return <Liked />;
  if (path === "/basket") return <Basket />;
  if (path === "/photo") return <Later load={photoPage} key="photo" />;
  if (path === "/lab" || path.startsWith("/lab/")) return <Later load={labPage} key="lab" />;
  return (
    <Empty title="There is no such page" page>
      <p>The address may be misspelt.</p>
      <a class="button" href="/">
        To the shop
      </a>
    </Empty>
  );
}

function partOf(path: string): string {
  const part = path.slice("/item/".length);
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A page that comes when it is wanted. */
function Later({ load }: { load: () => Promise<ComponentType> }) {
  const [View, setView] = useState<ComponentType | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    load().then(
      (view) => setView(() => view),
      () => setFailed(true),
    );
  }, [load]);
  if (View) return <View />;
  if (failed)
    return (
      <Notice kind="error">
        This page could not be loaded. <a href={location.href} target="_self">Load it again</a>
      </Notice>
    );
  return <h1 class="unseen">Loading</h1>;
}

function Banners() {
  const { lost, keptSince } = useStore(connection);
  useEffect(() => {
    const back = () => connection.set({ lost: false, keptSince: null });
    const gone = () => connection.set({ ...connection.get(), lost: true });
    window.addEventListener("online", back);
    window.addEventListener("offline", gone);
    return () => {
      window.removeEventListener("online", back);
      window.removeEventListener("offline", gone);
    };
  }, []);
  return (
    <div role="status" class="banners">
      {lost && (
        <Notice kind="warning">
          You are offline. {keptSince && `What you see was kept at ${clockText(keptSince)}. `}
          Likes and your basket are kept and sent later.
        </Notice>
      )}
    </div>
  );
}

/** A new place begins on top, with its heading in focus; Back comes back to where one was. */
function useArrival(here: Place): void {
  const first = useRef(true);
  useLayoutEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    const top = here.back ?? 0;
    const main = document.getElementById("main")!;
    const focusHeading = () => {
      const heading = main.querySelector<HTMLElement>("h1");
      if (!heading) return false;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      return true;
    };
    // The heading of an item comes with the item.
    const watcher = new MutationObserver(() => {
      if (document.activeElement !== main || focusHeading()) watcher.disconnect();
    });
    const arrive = () => {
      window.scrollTo({ top, behavior: "instant" });
      if (focusHeading()) return;
      main.focus({ preventScroll: true });
      watcher.observe(main, { childList: true, subtree: true });
    };
    const frame = requestAnimationFrame(() => requestAnimationFrame(arrive));
    return () => {
      cancelAnimationFrame(frame);
      watcher.disconnect();
    };
  }, [here.key]);
}

/** A picture pasted or dropped anywhere is looked for. */
function usePhotosFromOutside(): void {
  useEffect(() => {
    const take = (event: ClipboardEvent | DragEvent) => {
      const data = "clipboardData" in event ? event.clipboardData : event.dataTransfer;
      const photo = photoOf(data);
      if (!photo) return;
      event.preventDefault();
      holdPhoto(photo);
      go("/photo");
    };
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    document.addEventListener("paste", take);
    document.addEventListener("drop", take);
    document.addEventListener("dragover", over);
    return () => {
      document.removeEventListener("paste", take);
      document.removeEventListener("drop", take);
      document.removeEventListener("dragover", over);
    };
  }, []);
}
