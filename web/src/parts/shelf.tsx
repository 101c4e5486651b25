// Lists of tiles: a grid, or a row that is moved sideways.
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Listed, Shown } from "../api/shapes";
import type { Answered } from "../state/answers";
import { hidden } from "../state/session";
import { useStore } from "../state/store";
import { Guard } from "./guard";
import { Notice, TroublePanel } from "./notice";
import { Tile, TileSkeleton } from "./tile";

interface GridProps {
  items: readonly Shown[];
  /** How many pictures are wanted at once. */
  eager?: number;
  dimmed?: boolean;
  label?: string;
  /** Whether each tile says why it is there. */
  why?: boolean;
}

export function Grid({ items, eager = 0, dimmed = false, label, why = true }: GridProps) {
  // Many tiles: drawn anew only when what they show has changed.
  const shown = items.map((item) => `${item.id} ${item.reason.text}`).join();
  const tiles = useMemo(
    () =>
      items.map((item, place) => (
        <li key={item.id}>
          <Tile item={item} first={place < eager} why={why} />
        </li>
      )),
    [shown, eager, why],
  );
  return (
    <ul class={dimmed ? "grid dimmed" : "grid"} aria-label={label} aria-busy={dimmed}>
      {tiles}
    </ul>
  );
}

interface SkeletonProps {
  n: number;
  row?: boolean;
  why?: boolean;
}

export function GridSkeleton({ n, row = false, why = true }: SkeletonProps) {
  return (
    <div class={row ? "row waiting" : "grid waiting"} role="img" aria-label="Loading">
      {Array.from({ length: n }, (_, place) => (
        <TileSkeleton key={place} why={why} />
      ))}
    </div>
  );
}

interface RailProps {
  title: string;
  id: string;
  answer: Answered<Listed>;
  /** What stands there when the list is empty; absent: the row disappears. */
  empty?: ComponentChildren;
  without?: readonly string[];
}

/** A titled row of items; it keeps its height while it waits. */
export function Rail({ title, id, answer, empty, without = [] }: RailProps) {
  const gone = useStore(hidden);
  const { data, trouble, busy, again } = answer;
  const items = data?.items.filter((one) => !gone.includes(one.id) && !without.includes(one.id));
  if (items && !items.length && empty === undefined) return null;
  return (
    <section class="rail" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <Guard>
        {trouble && !items && <TroublePanel trouble={trouble} again={again} small />}
        {!trouble && !items && <GridSkeleton n={8} row />}
        {items && <Degraded degraded={data?.degraded ?? []} />}
        {items && items.length > 0 && (
          <ul class={busy ? "row dimmed" : "row"}>
            {items.map((item) => (
              <li key={item.id}>
                <Tile item={item} />
              </li>
            ))}
          </ul>
        )}
        {items && !items.length && empty}
      </Guard>
    </section>
  );
}

/** One line when something was missing while the list was made. */
export function Degraded({ degraded }: { degraded: readonly string[] }) {
  if (!degraded.length) return null;
  return (
    <Notice kind="warning">
      Made without some of its parts this time: {degraded.join("; ")}. It is still worth a look.
    </Notice>
  );
}
