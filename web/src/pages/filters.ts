// What is asked of the shop, as the address says it.
import type { Facets } from "../api/shapes";

export type Sort = "best" | "cheap" | "dear";
export const SORTS: [Sort, string][] = [
  ["best", "Best match"],
  ["cheap", "Price, low to high"],
  ["dear", "Price, high to low"],
];
export const STEP = 24;
export const MOST = 96;

export interface Wanted {
  words: string;
  without: string;
  /** Whether typing errors are mended. */
  spelling: boolean;
  /** Attribute → its chosen values. */
  chosen: Record<string, string[]>;
  least: string;
  most: string;
  sort: Sort;
  n: number;
}

export function wantedOf(query: URLSearchParams): Wanted {
  const chosen: Record<string, string[]> = {};
  for (const filter of query.getAll("f")) {
    const at = filter.indexOf("=");
    if (at > 0) chosen[filter.slice(0, at)] = filter.slice(at + 1).split(",");
  }
  const sort = query.get("sort");
  return {
    words: query.get("q") ?? "",
    without: query.get("without") ?? "",
    spelling: query.get("spelling") !== "off",
    chosen,
    least: query.get("min") ?? "",
    most: query.get("max") ?? "",
    sort: sort === "cheap" || sort === "dear" ? sort : "best",
    n: Math.min(MOST, Math.max(STEP, Number(query.get("n")) || STEP)),
  };
}

export function pathOf(wanted: Wanted): string {
  const query = new URLSearchParams();
  if (wanted.words) query.set("q", wanted.words);
  if (wanted.without) query.set("without", wanted.without);
  if (!wanted.spelling) query.set("spelling", "off");
  for (const filter of attributeFilters(wanted)) query.append("f", filter);
  if (wanted.least) query.set("min", wanted.least);
  if (wanted.most) query.set("max", wanted.most);
  if (wanted.sort !== "best") query.set("sort", wanted.sort);
  if (wanted.n > STEP) query.set("n", String(wanted.n));
  return `/find?${query}`;
}

export const filterPath = (name: string, value: string): string =>
  pathOf({ ...wantedOf(new URLSearchParams()), chosen: { [name]: [value] } });

const attributeFilters = (wanted: Wanted): string[] =>
  Object.entries(wanted.chosen)
    .filter(([, values]) => values.length)
    .map(([name, values]) => `${name}=${values.join(",")}`);

/** The conditions as the server reads them. */
export function filtersOf(wanted: Wanted): string[] {
  const filters = attributeFilters(wanted);
  if (wanted.least) filters.push(`price>=${wanted.least}`);
  if (wanted.most) filters.push(`price<=${wanted.most}`);
  return filters;
}

export function toggled(wanted: Wanted, name: string, value: string): Wanted {
  const before = wanted.chosen[name] ?? [];
  const values = before.includes(value) ? before.filter((v) => v !== value) : [...before, value];
  return { ...wanted, n: STEP, chosen: { ...wanted.chosen, [name]: values } };
}

export const cleared = (wanted: Wanted): Wanted => ({
  ...wanted,
  chosen: {},
  least: "",
  most: "",
  without: "",
  n: STEP,
});

export const countOf = (wanted: Wanted): number =>
  Object.values(wanted.chosen).flat().length +
  Number(Boolean(wanted.least || wanted.most)) +
  Number(Boolean(wanted.without));

const FIRST = ["kind_group", "kind", "colour_family", "colour", "audience", "pattern", "season"];

/** Attributes worth choosing by, the usual ones first; a comma would split a value in a filter. */
export function shownFacets({ facets }: Facets): Facets["facets"] {
  const order = (name: string) => (FIRST.indexOf(name) + 1 || FIRST.length + 1);
  return facets
    .map(({ name, values }) => ({ name, values: values.filter((v) => !v.value.includes(",")) }))
    .filter(({ values }) => values.length > 1)
    .sort((a, b) => order(a.name) - order(b.name));
}
