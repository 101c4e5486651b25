// Search: what was found, what it can be narrowed by, all of it in the address.
import { useEffect, useRef, useState } from "preact/hooks";
import { facets, recommendations, search } from "../api/shop";
import type { Found, Listed, Shown } from "../api/shapes";
import { useAnswer } from "../state/answers";
import { go } from "../state/place";
import { hidden, shopper, tasteOf } from "../state/session";
import { useStore } from "../state/store";
import { Icon } from "../parts/icon";
import { Empty, TroublePanel } from "../parts/notice";
import { Sheet } from "../parts/sheet";
import { Degraded, Grid, GridSkeleton } from "../parts/shelf";
import { useTitle } from "../parts/title";
import { counted, nameText, upperFirst } from "../parts/words";
import { cleared, countOf, filtersOf, MOST, pathOf, SORTS, STEP, toggled, wantedOf } from "./filters";
import type { Sort, Wanted } from "./filters";
import { Narrow } from "./narrow";
import { Placement } from "./placement";
import { remember } from "./why";

type Answer = Listed & Partial<Pick<Found, "understood" | "corrections" | "without">>;
/** Fewer than these do not fill a page: what sells now stands below them. */
const FEW = 6;
const MOST_LEFT = 4;

export function Find({ query }: { query: URLSearchParams }) {
  const wanted = wantedOf(query);
  const who = useStore(shopper);
  const gone = useStore(hidden);
  const [sheet, setSheet] = useState(false);
  const filters = filtersOf(wanted);
  const k = wanted.sort === "best" ? wanted.n : 100;
  const { words, without, spelling } = wanted;
  const key = JSON.stringify(["find", who.id, words, without, spelling, filters, k]);
  const { data, trouble, busy, again } = useAnswer<Answer>(
    key,
    (signal) =>
      words
        ? search({ words, without, spelling, filters, k, ...tasteOf(who) }, signal)
        : recommendations({ user: who.id, filters, k }, signal),
    true,
  );
  const offered = useAnswer(`facets ${words}`, (signal) => facets(words, signal), true);
  const choices = offered.data;
  useTitle(wanted.words ? `“${wanted.words}”` : "Browse");
  useEffect(() => remember(data?.items), [data]);
  const items = sorted(data?.items ?? [], wanted.sort).filter((one) => !gone.includes(one.id));
  const shown = items.slice(0, wanted.n);
  const more = wanted.n < MOST && (busy || items.length >= wanted.n);
  const focusAfter = useFocusOnNew(busy, shown.length);
  const change = (next: Wanted) => go(pathOf(next));
  const n = countOf(wanted);
  const narrow = choices && <Narrow choices={choices} wanted={wanted} change={change} />;
  // A search by words gives one variant of each product, a shelf any of them.
  const thing = words ? "product" : "item";
  const title = <h1>{wanted.words ? `“${wanted.words}”` : "Browse the shop"}</h1>;

  // The shop was not reached: there is nothing to count, narrow or sort.
  if (trouble?.status === 0 && !data) {
    return (
      <div class="find">
        <div class="title-row">{title}</div>
        <TroublePanel trouble={trouble} again={again} />
      </div>
    );
  }
  return (
    <div class="find">
      <div class="title-row">{title}</div>
      <div class="find-bar">
        <p role="status" class="count">
          {trouble && !data ? "" : countText(shown.length, thing, more, busy || !data)}
        </p>
        <button type="button" class="button plain narrow-opener" onClick={() => setSheet(true)}>
          <Icon name="sliders" /> Filter{n > 0 && ` (${n})`}
        </button>
        <label class="sort">
          <span>Sort by</span>
          <select
            value={wanted.sort}
            onChange={(event) =>
              change({ ...wanted, n: STEP, sort: event.currentTarget.value as Sort })
            }
          >
            {SORTS.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Chips wanted={wanted} change={change} />
      <div class="find-columns">
        <aside class="narrow-side" aria-label="Filters">
          {narrow}
        </aside>
        <div class="results">
          <Said answer={data} wanted={wanted} change={change} />
          {trouble && <TroublePanel trouble={trouble} again={again} small={Boolean(data)} />}
          {!data && !trouble && <GridSkeleton n={12} why={!words} />}
          {shown.length > 0 && (
            <Grid
              items={shown}
              eager={4}
              dimmed={busy || Boolean(trouble)}
              label="What was found"
              why={!words}
            />
          )}
          {data && !busy && !trouble && !shown.length && (
            <Nothing wanted={wanted} change={change} notes={data.notes} />
          )}
          {more && shown.length > 0 && (
            <div class="more">
              <button
                type="button"
                class="button plain"
                aria-disabled={busy}
                onClick={() => {
                  if (busy) return;
                  focusAfter(shown.length);
                  go(pathOf({ ...wanted, n: wanted.n + STEP }), true);
                }}
              >
                {busy ? "Looking …" : "Show more"}
              </button>
            </div>
          )}
        </div>
      </div>
      {data && !busy && !offered.busy && shown.length < FEW && (
        <Placement placement="trending" without={shown.map((one) => one.id)} />
      )}
      {sheet && (
        <Sheet
          title="Filter"
          close={() => setSheet(false)}
          foot={
            <button type="button" class="button wide" onClick={() => setSheet(false)}>
              {busy ? "Looking …" : `Show ${counted(shown.length, thing)}`}
            </button>
          }
        >
          {narrow}
        </Sheet>
      )}
    </div>
  );
}

function countText(n: number, thing: string, more: boolean, busy: boolean): string {
  if (busy) return "Looking …";
  return `${counted(n, thing)}${more ? " so far" : ""}`;
}

/** When more was asked for, the focus goes to the first item that is new. */
function useFocusOnNew(busy: boolean, n: number): (from: number) => void {
  const from = useRef<number | null>(null);
  useEffect(() => {
    if (busy || from.current === null || n <= from.current) return;
    document.querySelectorAll<HTMLElement>(".results .tile-link")[from.current]?.focus();
    from.current = null;
  }, [busy, n]);
  return (at) => {
    from.current = at;
  };
}

function sorted(items: readonly Shown[], sort: Sort): Shown[] {
  if (sort === "best") return [...items];
  const sign = sort === "cheap" ? 1 : -1;
  const last = sign * Infinity;
  const price = (item: Shown) => item.price ?? last;
  return [...items].sort((a, b) => sign * (price(a) - price(b)) || a.rank - b.rank);
}

interface Changing {
  wanted: Wanted;
  change: (next: Wanted) => void;
}

/** A typing error was mended; what was typed is one tap away. */
function Mended({ words, wanted }: { words: string; wanted: Wanted }) {
  return (
    <span>
      Showing results for <strong>{words}</strong>. Search instead for{" "}
      <a href={pathOf({ ...wanted, spelling: false, n: STEP })}>{wanted.words}</a>.
    </span>
  );
}

/** The words as they were read, signs and blanks between them as they were typed. */
const wordsRead = (words: string, corrections: Record<string, string>): string =>
  words.replace(/[\p{L}\p{N}]+/gu, (word) => corrections[word.toLowerCase()] ?? word);

/** What the server has to say of its answer: what it took for what. */
function Said({ answer, wanted, change }: Changing & { answer: Answer | undefined }) {
  const understood = Object.entries(answer?.understood ?? {});
  const left = Object.values(answer?.without ?? {}).flat();
  const corrections = answer?.corrections ?? {};
  const mended = wordsRead(wanted.words, corrections);
  const told = Object.entries(corrections).map(([typed, read]) => `“${typed}” was read as “${read}”`);
  const notes = answer?.items.length ? answer.notes.filter((note) => !told.includes(note)) : [];
  return (
    <>
      <Degraded degraded={answer?.degraded ?? []} />
      {(wanted.words || notes.length > 0) && (
        <p class="said">
          {mended !== wanted.words && <Mended words={mended} wanted={wanted} />}
          {notes.map((note) => (
            <span key={note}>{upperFirst(note)}</span>
          ))}
          {left.length > 0 && (
            <span>
              Left out: <strong>{left.slice(0, MOST_LEFT).join(", ")}</strong>
              {left.length > MOST_LEFT && ` and ${left.length - MOST_LEFT} more`}
            </span>
          )}
          {understood.length > 0 && mended === wanted.words && (
            <span>
              Understood:{" "}
              {understood.map(([name, values]) => (
                <span key={name}>
                  {nameText(name)} <strong>{values.slice(0, 3).join(" or ")}</strong>
                </span>
              ))}
            </span>
          )}
        </p>
      )}
      {wanted.sort !== "best" && (answer?.items.length ?? 0) >= 100 && (
        <p class="said">
          Sorted among the 100 best matches.{" "}
          <button type="button" class="link" onClick={() => change({ ...wanted, sort: "best" })}>
            Best match first
          </button>
        </p>
      )}
    </>
  );
}

/** The conditions in force, each one tap from gone. */
function Chips({ wanted, change }: Changing) {
  const chip = (text: string, next: Wanted) => (
    <li key={text}>
      <button type="button" class="chip on" onClick={() => change(next)}>
        <span class="unseen">Remove the filter </span>
        {text}
        <Icon name="close" />
      </button>
    </li>
  );
  if (!countOf(wanted)) return null;
  return (
    <ul class="chips" aria-label="Filters in force">
      {Object.entries(wanted.chosen).flatMap(([name, values]) =>
        values.map((value) => chip(value, toggled(wanted, name, value))),
      )}
      {wanted.least && chip(`from ${wanted.least}`, { ...wanted, least: "" })}
      {wanted.most && chip(`up to ${wanted.most}`, { ...wanted, most: "" })}
      {wanted.without && chip(`without ${wanted.without}`, { ...wanted, without: "" })}
      {countOf(wanted) > 1 && (
        <li>
          <button type="button" class="link" onClick={() => change(cleared(wanted))}>
            Remove all
          </button>
        </li>
      )}
    </ul>
  );
}

function Nothing({ wanted, change, notes }: Changing & { notes: readonly string[] }) {
  return (
    <Empty title="Nothing was found">
      {notes.map((note) => (
        <p key={note}>{upperFirst(note)}</p>
      ))}
      {countOf(wanted) > 0 ? (
        <>
          <p>The filters leave nothing over. Take one away, or all of them.</p>
          <button type="button" class="button" onClick={() => change(cleared(wanted))}>
            Remove all filters
          </button>
        </>
      ) : (
        <p>
          Try fewer or other words: a kind and a colour, such as “green jumper”, or{" "}
          <a href="/photo">search by a photo</a>.
        </p>
      )}
    </Empty>
  );
}
