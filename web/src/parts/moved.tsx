// What a feature did to a score: to the right it raised it, to the left it lowered it.

interface MovedProps {
  value: number;
  /** The longest bar of the table stands for so much. */
  whole: number;
}

export function Moved({ value, whole }: MovedProps) {
  const raised = value >= 0;
  const share = `${((50 * Math.abs(value)) / whole).toFixed(1)}%`;
  return (
    <span
      class={raised ? "moved up" : "moved down"}
      role="img"
      aria-label={raised ? "raised it" : "lowered it"}
    >
      <span style={{ width: share }} />
    </span>
  );
}

export const movedText = (value: number): string =>
  `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(2)}`;

/** What the figures beside the bars are. */
export const ODDS = "log-odds of a purchase: +0.69 doubles the odds, −0.69 halves them";
