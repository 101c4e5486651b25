// Figures as a table: what a plot shows, to the digit.
import type { LabTable } from "../api/shapes";
import { nameText } from "../parts/words";

interface TableProps {
  table: LabTable;
  /** Figures to show; absent: all but bounds of intervals. */
  figures?: readonly string[];
}

export function FigureTable({ table, figures }: TableProps) {
  const all = [...new Set(table.rows.flatMap((row) => Object.keys(row.figures)))];
  const columns = figures ?? all.filter((name) => !/_(low|high)$/.test(name));
  return (
    <div class="scroll" role="region" aria-label={`${table.title}, table`} tabIndex={0}>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">{table.title}</th>
            {columns.map((name) => (
              <th scope="col" key={name}>
                {nameText(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name.replaceAll("_", " ")}</th>
              {columns.map((name) => (
                <td class="number" key={name}>
                  {figureText(row.figures[name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function figureText(value: number | undefined): string {
  if (value === undefined) return "–";
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return Math.abs(value) < 10 ? value.toFixed(4) : value.toFixed(1);
}
