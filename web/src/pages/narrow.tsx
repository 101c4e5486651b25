// What the results can be narrowed by: attributes, price, what is not wanted.
import { useState } from "preact/hooks";
import type { Facet, Facets } from "../api/shapes";
import { nameText } from "../parts/words";
import { prices, priceText } from "../state/prices";
import { useStore } from "../state/store";
import { shownFacets, STEP, toggled, type Wanted } from "./filters";

const SHORT = 6;

interface NarrowProps {
  choices: Facets;
  wanted: Wanted;
  change: (next: Wanted) => void;
}

export function Narrow({ choices, wanted, change }: NarrowProps) {
  const facets = shownFacets(choices);
  return (
    <div class="facets">
      {choices.highest_price !== null && (
        <Price choices={choices} wanted={wanted} change={change} />
      )}
      {wanted.words && facets.length > 0 && (
        <p class="aside">The figures count every variant; a product may have several.</p>
      )}
      {facets.map((facet, n) => (
        <Values key={facet.name} facet={facet} wanted={wanted} change={change} open={n < 3} />
      ))}
      {wanted.words && <Without wanted={wanted} change={change} />}
    </div>
  );
}

function Price({ choices, wanted, change }: NarrowProps) {
  const how = useStore(prices);
  const submit = (event: Event) => {
    event.preventDefault();
    const form = new FormData((event.currentTarget as HTMLElement).closest("form")!);
    const [least, most] = [String(form.get("min")), String(form.get("max"))];
    if (least !== wanted.least || most !== wanted.most) change({ ...wanted, least, most, n: STEP });
  };
  const field = (name: string, label: string, value: string, hint: number | null) => (
    <label class="field">
      {label}
      <input
        key={value}
        name={name}
        type="number"
        inputMode="decimal"
        min="0"
        step="any"
        placeholder={hint === null ? "" : priceText(hint, how, true)}
        defaultValue={value}
        onChange={submit}
      />
    </label>
  );
  return (
    <form class="price-form" onSubmit={submit} noValidate>
      <fieldset>
        <legend>Price{how.unit && ` (${how.unit})`}</legend>
        {field("min", "From", wanted.least, choices.least_price)}
        {field("max", "Up to", wanted.most, choices.highest_price)}
      </fieldset>
    </form>
  );
}

interface ValuesProps {
  facet: Facet;
  wanted: Wanted;
  change: (next: Wanted) => void;
  open: boolean;
}

function Values({ facet, wanted, change, open }: ValuesProps) {
  const [all, setAll] = useState(false);
  const chosen = wanted.chosen[facet.name] ?? [];
  const known = facet.values.map(({ value }) => value);
  const lost = chosen.filter((value) => !known.includes(value));
  const values = [...lost.map((value) => ({ value, count: 0 })), ...facet.values];
  const short = values.filter(
    ({ value }, place) => all || place < SHORT || chosen.includes(value),
  );
  return (
    <details class="facet" open={open || chosen.length > 0}>
      <summary>{nameText(facet.name)}</summary>
      <ul>
        {short.map(({ value, count }) => (
          <li key={value}>
            <label>
              <input
                type="checkbox"
                checked={chosen.includes(value)}
                onChange={() => change(toggled(wanted, facet.name, value))}
              />
              <span>{value}</span>
              <span class="aside">{count.toLocaleString("en")}</span>
            </label>
          </li>
        ))}
      </ul>
      {values.length > short.length && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          Show all {values.length}
        </button>
      )}
    </details>
  );
}

function Without({ wanted, change }: Omit<NarrowProps, "choices">) {
  return (
    <form
      class="without"
      onSubmit={(event) => {
        event.preventDefault();
        const without = String(new FormData(event.currentTarget).get("without")).trim();
        change({ ...wanted, without, n: STEP });
      }}
    >
      <label class="field">
        Not wanted
        <input
          key={wanted.without}
          name="without"
          type="text"
          placeholder="stripes, wool …"
          defaultValue={wanted.without}
        />
      </label>
      <button type="submit" class="button small plain">
        Leave out
      </button>
    </form>
  );
}
