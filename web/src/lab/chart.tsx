// Charts by Chart.js, in the colours of the page; the figures stand in a table beside each.
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from "chart.js";
import { useEffect, useRef, useState } from "preact/hooks";
import { theme } from "../state/session";
import { useStore } from "../state/store";

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.font.family = "system-ui, sans-serif";

const HUES = ["#a33a4c", "#3f7a8c", "#b08328", "#6a6fb0", "#5c8a4a", "#8d6a55"];
const DARK_HUES = ["#eda9b2", "#8fcbdd", "#e8c378", "#b6b9ee", "#a9d396", "#d3b39f"];

export interface Colours {
  ink: string;
  soft: string;
  line: string;
  /** The nth line or bar. */
  hue: (n: number) => string;
}

interface PlotProps {
  /** What it shows, in a sentence. */
  label: string;
  /** Height in rem. */
  height: number;
  config: (colours: Colours) => ChartConfiguration;
}

export function Plot({ label, height, config }: PlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = useColours();
  useEffect(() => {
    if (!canvas.current) return;
    Chart.defaults.color = colours.soft;
    Chart.defaults.borderColor = colours.line;
    const chart = new Chart(canvas.current, config(colours));
    return () => chart.destroy();
  }, [config, colours]);
  return (
    <div class="plot" style={{ height: `${height}rem` }}>
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  );
}

/** The page's colours; they change with light and dark. */
function useColours(): Colours {
  const chosen = useStore(theme);
  const [dark, setDark] = useState(isDark);
  useEffect(() => {
    const device = matchMedia("(prefers-color-scheme: dark)");
    const look = () => setDark(isDark());
    look();
    device.addEventListener("change", look);
    return () => device.removeEventListener("change", look);
  }, [chosen]);
  const [colours, setColours] = useState(() => coloursNow(dark));
  useEffect(() => setColours(coloursNow(dark)), [dark]);
  return colours;
}

function isDark(): boolean {
  return getComputedStyle(document.documentElement).colorScheme === "dark";
}

function coloursNow(dark: boolean): Colours {
  const style = getComputedStyle(document.documentElement);
  const hues = dark ? DARK_HUES : HUES;
  return {
    ink: style.getPropertyValue("--ink"),
    soft: style.getPropertyValue("--soft"),
    line: style.getPropertyValue("--line"),
    hue: (n) => hues[n % hues.length]!,
  };
}
