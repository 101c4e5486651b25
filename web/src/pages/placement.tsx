// Rows of what is new or sells faster, asked for when they come near; one tile a product.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { recommendations } from "../api/shop";
import type { Listed, Shown } from "../api/shapes";
import { type Answered, useAnswer } from "../state/answers";
import { shopper } from "../state/session";
import { useStore } from "../state/store";
import { Rail } from "../parts/shelf";
import { remember } from "./why";

type Kind = "new" | "trending";
const TITLES: Record<Kind, string> = { new: "New in", trending: "Trending this week" };

/** As many as leave enough where several colours of a product are among them. */
export const ASKED_FOR_EACH = 2;
const SHOWN = 12;

interface PlacementProps {
  placement: Kind;
  without?: readonly string[];
}

export function Placement({ placement, without = [] }: PlacementProps) {
  const [here, near] = useNear();
  const answer = usePlacement(placement, near);
  return (
    <div ref={here}>
      <Rail title={TITLES[placement]} id={placement} answer={answer} without={without} />
    </div>
  );
}

export function usePlacement(placement: Kind, wanted = true): Answered<Listed> {
  const who = useStore(shopper);
  const answer = useAnswer(wanted ? `shelf-${placement} ${who.id}` : null, async (signal) => {
    const k = SHOWN * ASKED_FOR_EACH;
    const listed = await recommendations({ user: who.id, k, placement }, signal);
    return { ...listed, items: oneEach(listed.items).slice(0, SHOWN) };
  });
  useEffect(() => remember(answer.data?.items), [answer.data]);
  return answer;
}

/** The best of each product: its other colours stand on its own page. */
export function oneEach(items: readonly Shown[]): Shown[] {
  const best = new Map<string, Shown>();
  for (const item of items) if (!best.has(item.product)) best.set(item.product, item);
  return [...best.values()];
}

function useNear(): [RefObject<HTMLDivElement>, boolean] {
  const here = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const watcher = new IntersectionObserver(
      ([seen]) => {
        if (!seen?.isIntersecting) return;
        setNear(true);
        watcher.disconnect();
      },
      { rootMargin: "800px" },
    );
    if (here.current) watcher.observe(here.current);
    return () => watcher.disconnect();
  }, []);
  return [here, near];
}
