// How counts and the shop's names are written for a reader.

/** `kind_group` → `Kind group`. */
export const nameText = (name: string): string => upperFirst(name.replaceAll("_", " "));

export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** `tights · Light Blue`: two facts that tell variants apart. */
export const factsText = (attributes: Record<string, string>): string =>
  attributes.colour ?? attributes.color ?? attributes.kind ?? "";

/** The first two reasons, without figures: what fits below a picture. */
export const shortReason = (text: string): string =>
  upperFirst(text.replace(/ \(\d[\d.]*\)/g, "").split("; ").slice(0, 2).join("; "));

export const clockText = (iso: string): string =>
  new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
