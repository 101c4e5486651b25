// Home: the shelf for this shopper, new in, trending, and ways into the shop.
import { useEffect, useState } from "preact/hooks";
import { facets, recommendations } from "../api/shop";
import type { Listed } from "../api/shapes";
import { askAhead, useAnswer } from "../state/answers";
import { taken } from "../state/events";
import { hidden, shopper } from "../state/session";
import { useStore } from "../state/store";
import { Icon } from "../parts/icon";
import { Empty, Notice, TroublePanel } from "../parts/notice";
import { Degraded, Grid, GridSkeleton } from "../parts/shelf";
import { useTitle } from "../parts/title";
import { filterPath } from "./filters";
import { ASKED_FOR_EACH, oneEach, Placement } from "./placement";
import { remember } from "./why";

const STEP = 12;
const MOST = 48;

const shelfKey = (user: string, n: number): string => `shelf ${user} ${n}`;
const askShelf = (user: string, n: number, signal?: AbortSignal): Promise<Listed> =>
  recommendations({ user, k: n * ASKED_FOR_EACH, placement: "home" }, signal);

/** Ask for the shelf while the page is still being built. */
export function askHomeAhead(): void {
  const { id } = shopper.get();
  askAhead(shelfKey(id, STEP), () => askShelf(id, STEP));
}

export function Home() {
  const who = useStore(shopper);
  const gone = useStore(hidden);
  const [n, setN] = useState(STEP);
  useTitle("For you");
  const answer = useAnswer(
    shelfKey(who.id, n),
    (signal) => askShelf(who.id, n, signal),
    true,
  );
  const { data, trouble, busy, again } = answer;
  useEffect(() => remember(data?.items), [data]);
  const items = oneEach(data?.items ?? []).filter((item) => !gone.includes(item.id));
  const more = n < MOST && (busy || items.length >= n);
  return (
    <>
      <div class="title-row">
        <div>
          <h1>{titleOf(data, who.visitor)}</h1>
          <p class="lead">{leadOf(data, who.visitor)}</p>
        </div>
      </div>
      <NewShelf again={again} busy={busy} />
      <Ways />
      {trouble && !data && <TroublePanel trouble={trouble} again={again} />}
      {trouble && data && (
        <Notice kind="warning">
          {trouble.message} This is the shelf from before.{" "}
          <button type="button" class="link" onClick={again}>
            Try again
          </button>
        </Notice>
      )}
      {!data && !trouble && <GridSkeleton n={STEP} />}
      {data && (
        <>
          <Degraded degraded={data.degraded} />
          {items.length > 0 ? (
            <Grid items={items.slice(0, n)} eager={4} dimmed={busy} label="Your shelf" />
          ) : (
            <Empty title="Nothing on the shelf">
              <p>{data.notes[0] ?? "This shop has nothing to recommend yet."}</p>
              <p>
                Whoever runs it: <code>modiste train</code> makes the lists.
              </p>
            </Empty>
          )}
          {more && items.length > 0 && (
            <div class="more">
              <button
                type="button"
                class="button plain"
                aria-disabled={busy}
                onClick={() => !busy && setN(n + STEP)}
              >
                {busy ? "Looking …" : "Show more"}
              </button>
            </div>
          )}
        </>
      )}
      <PhotoCard />
      <Placement placement="new" />
      <Placement placement="trending" />
    </>
  );
}

function titleOf(data: Listed | undefined, visitor: boolean): string {
  return data?.fallback || (!data && visitor) ? "Popular right now" : "For you";
}

function leadOf(data: Listed | undefined, visitor: boolean): string {
  if (data?.fallback || (!data && visitor)) {
    return "Like, hide or look at something, and this shelf becomes yours.";
  }
  return "Chosen from what you bought, liked and looked at.";
}

/** Once something was liked or hidden, the shelf can be asked for anew. */
function NewShelf({ again, busy }: { again: () => void; busy: boolean }) {
  const count = useStore(taken);
  const [seen, setSeen] = useState(count);
  if (count === seen) return null;
  return (
    <button
      type="button"
      class="button small new-shelf"
      disabled={busy}
      onClick={() => {
        setSeen(count);
        window.scrollTo({ top: 0 });
        again();
      }}
    >
      Show my new shelf
    </button>
  );
}

/** The shop's largest kinds, one tap away. */
function Ways() {
  const { data, trouble } = useAnswer("facets ", (signal) => facets("", signal));
  if (trouble) return null;
  const facet = data?.facets.find((one) => one.name === "kind") ??
    data?.facets.find((one) => one.name === "kind_group") ?? { name: "", values: [] };
  return (
    <nav class="kinds" aria-label="Kinds">
      <ul>
        {facet.values.slice(0, 16).map(({ value }) => (
          <li key={value}>
            <a class="chip" href={filterPath(facet.name, value)}>
              {value}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function PhotoCard() {
  return (
    <a class="photo-card" href="/photo">
      <Icon name="camera" />
      <span>
        <strong>Seen something you like?</strong>
        <span>Take a photo of it, frame the garment, and find what looks like it.</span>
      </span>
    </a>
  );
}
