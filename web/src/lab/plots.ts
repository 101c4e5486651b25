// What each plot of the lab shows.
import type { ChartConfiguration } from "chart.js";
import type { LabCourse, LabTable, LabUser } from "../api/shapes";
import { nameText } from "../parts/words";
import type { Colours } from "./chart";

type Config = (colours: Colours) => ChartConfiguration;

export const courseConfig =
  (course: LabCourse): Config =>
  (colours) => ({
    type: "line",
    data: {
      labels: course.times,
      datasets: Object.entries(course.lines).map(([label, data], n) => ({
        label,
        data,
        borderColor: colours.hue(n),
        backgroundColor: colours.hue(n),
        borderWidth: n === 0 ? 3 : 1.5,
        pointRadius: n === 0 ? 4 : 2.5,
        tension: 0.2,
      })),
    },
    options: {
      interaction: { mode: "index", intersect: false },
      scales: { y: { beginAtZero: true }, x: { grid: { display: false } } },
      plugins: { legend: { position: "bottom", labels: { boxWidth: 12 } } },
    },
  });

/** Bars lying on their side; a figure with an interval shows it as a thin line across. */
export const barsConfig =
  (table: LabTable, figures: readonly string[], most = 40): Config =>
  (colours) => {
    const rows = table.rows.slice(0, most);
    const [main] = figures;
    const low = rows.map((row) => row.figures[`${main}_low`]);
    const high = rows.map((row) => row.figures[`${main}_high`]);
    const hasIntervals = low.some((value) => value !== undefined);
    const spans = rows.map((_, n): [number, number] => [low[n] ?? 0, high[n] ?? 0]);
    const interval = {
      label: "95 % interval",
      data: spans,
      backgroundColor: colours.ink,
      barThickness: 3,
      grouped: false,
      order: 0,
    };
    return {
      type: "bar",
      data: {
        labels: rows.map((row) => lines(row.name.replaceAll("_", " "))),
        datasets: [
          ...(hasIntervals ? [interval] : []),
          ...figures.map((figure, n) => ({
            label: nameText(figure),
            data: rows.map((row) => row.figures[figure] ?? null),
            backgroundColor: colours.hue(n),
            borderRadius: 3,
            order: 1,
          })),
        ],
      },
      options: sideways(figures.length > 1 || hasIntervals),
    };
  };

export const poolConfig =
  (user: LabUser): Config =>
  (colours) => ({
    type: "bar",
    data: {
      labels: user.pool.map((one) => one.source.replaceAll("_", " ")),
      datasets: [
        {
          label: "also proposed by others",
          data: user.pool.map((one) => one.n - one.n_alone),
          backgroundColor: colours.hue(1),
          stack: "all",
        },
        {
          label: "proposed by it alone",
          data: user.pool.map((one) => one.n_alone),
          backgroundColor: colours.hue(0),
          stack: "all",
        },
      ],
    },
    options: sideways(true),
  });

const LONGEST_LINE = 20;

/** A long name in lines, so that it leaves room for its bar. */
function lines(name: string): string[] {
  const found: string[] = [];
  for (const word of name.split(" ")) {
    const last = found.at(-1);
    if (last !== undefined && last.length + word.length < LONGEST_LINE) {
      found[found.length - 1] = `${last} ${word}`;
    } else found.push(word);
  }
  return found;
}

function sideways(legend: boolean): NonNullable<ChartConfiguration["options"]> {
  return {
    indexAxis: "y",
    scales: {
      x: { beginAtZero: true },
      y: { grid: { display: false }, ticks: { autoSkip: false } },
    },
    plugins: { legend: { display: legend, position: "bottom", labels: { boxWidth: 12 } } },
  };
}
