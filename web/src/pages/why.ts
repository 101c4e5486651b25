// Why items were shown: remembered from the lists, told on the item's page.
import type { Reason, Shown } from "../api/shapes";

const reasons = new Map<string, Reason>();

export function remember(items: readonly Shown[] | undefined): void {
  for (const item of items ?? []) reasons.set(item.id, item.reason);
}

export const reasonOf = (id: string): Reason | undefined => reasons.get(id);
