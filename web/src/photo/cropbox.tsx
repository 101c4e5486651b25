// The frame around a garment: moved and sized by pointer, touch and keys, in shares of the picture.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Crop } from "../api/shop";
import type { Given } from "./given";

const WHOLE: Crop = { left: 0, top: 0, right: 1, bottom: 1 };
const LEAST = 0.08;
const STEP = 0.02;
const LEAP = 0.1;
const PAUSE = 350;
const CORNERS = [
  ["left", "top", "top left"],
  ["right", "top", "top right"],
  ["left", "bottom", "bottom left"],
  ["right", "bottom", "bottom right"],
] as const;
const PRESETS: [string, Crop | null][] = [
  ["Whole picture", null],
  ["Upper half", { left: 0.1, top: 0, right: 0.9, bottom: 0.55 }],
  ["Lower half", { left: 0.1, top: 0.45, right: 0.9, bottom: 1 }],
];

type Side = keyof Crop;

interface CropBoxProps {
  photo: Given;
  crop: Crop | null;
  /** Called when the frame has come to rest. */
  change: (crop: Crop | null) => void;
  /** More ready-made frames. */
  children?: ComponentChildren;
}

export function CropBox({ photo, crop, change, children }: CropBoxProps) {
  const [box, setBox] = useState(crop ?? WHOLE);
  const field = useRef<HTMLDivElement>(null);
  const drag = useRef<{ x: number; y: number; from: Crop; sides: readonly Side[] } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const latest = useRef(box);
  latest.current = box;

  useEffect(() => setBox(crop ?? WHOLE), [crop]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const rest = (next: Crop) => change(isWhole(next) ? null : next);
  const begin = (event: PointerEvent, sides: readonly Side[]) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, y: event.clientY, from: box, sides };
  };
  const move = (event: PointerEvent) => {
    const area = field.current?.getBoundingClientRect();
    if (!drag.current || !area) return;
    const { x, y, from, sides } = drag.current;
    const dx = (event.clientX - x) / area.width;
    const dy = (event.clientY - y) / area.height;
    setBox(moved(from, sides, dx, dy));
  };
  const end = () => {
    if (!drag.current) return;
    drag.current = null;
    rest(latest.current);
  };
  const keys = (event: KeyboardEvent, sides: readonly Side[]) => {
    const step = event.shiftKey ? LEAP : STEP;
    const [dx, dy] = directionOf(event.key);
    if (!dx && !dy) return;
    event.preventDefault();
    event.stopPropagation();
    const next = moved(latest.current, sides, dx * step, dy * step);
    setBox(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => rest(next), PAUSE);
  };
  const handlers = (sides: readonly Side[]) => ({
    onPointerDown: (event: PointerEvent) => begin(event, sides),
    onPointerMove: move,
    onPointerUp: end,
    onPointerCancel: end,
    onKeyDown: (event: KeyboardEvent) => keys(event, sides),
  });

  return (
    <div class="crop">
      <div
        ref={field}
        class={isWhole(box) ? "crop-field whole" : "crop-field"}
        style={{ aspectRatio: `${photo.width} / ${photo.height}`, maxWidth: widest(photo) }}
      >
        <img src={photo.url} alt="Your photo" width={photo.width} height={photo.height} />
        <div class="crop-box" style={styleOf(box)}>
          <button
            type="button"
            class="crop-move"
            aria-label="Move the frame with the arrow keys"
            {...handlers(["left", "top", "right", "bottom"])}
          />
          {CORNERS.map(([x, y, name]) => (
            <button
              key={name}
              type="button"
              class={`crop-corner ${x} ${y}`}
              aria-label={`Size the frame at the ${name} with the arrow keys`}
              {...handlers([x, y])}
            />
          ))}
        </div>
      </div>
      <p class="unseen" role="status">
        {frameText(box)}
      </p>
      <div class="chips" role="group" aria-label="Ready-made frames">
        {PRESETS.map(([label, preset]) => (
          <button
            key={label}
            type="button"
            class="chip"
            aria-pressed={isSame(box, preset ?? WHOLE)}
            onClick={() => {
              setBox(preset ?? WHOLE);
              change(preset);
            }}
          >
            {label}
          </button>
        ))}
        {children}
      </div>
      <p class="aside">Drag the frame or its corners; or use the arrow keys, with Shift for more.</p>
    </div>
  );
}

/** The frame with some of its sides moved; it stays in the picture and keeps a least size. */
export function moved(from: Crop, sides: readonly Side[], dx: number, dy: number): Crop {
  if (sides.length === 4) {
    const x = clamp(dx, -from.left, 1 - from.right);
    const y = clamp(dy, -from.top, 1 - from.bottom);
    return {
      left: from.left + x,
      right: from.right + x,
      top: from.top + y,
      bottom: from.bottom + y,
    };
  }
  const next = { ...from };
  if (sides.includes("left")) next.left = clamp(from.left + dx, 0, from.right - LEAST);
  if (sides.includes("right")) next.right = clamp(from.right + dx, from.left + LEAST, 1);
  if (sides.includes("top")) next.top = clamp(from.top + dy, 0, from.bottom - LEAST);
  if (sides.includes("bottom")) next.bottom = clamp(from.bottom + dy, from.top + LEAST, 1);
  return next;
}

const clamp = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, value));

const isSame = (a: Crop, b: Crop): boolean =>
  (Object.keys(a) as Side[]).every((side) => Math.abs(a[side] - b[side]) < 0.005);

const isWhole = (box: Crop): boolean => isSame(box, WHOLE);

/** A tall photo is as wide as lets it be seen at once. */
const widest = (photo: Given): string => `calc(60vh * ${photo.width / photo.height})`;

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

const styleOf = (box: Crop) => ({
  left: percent(box.left),
  top: percent(box.top),
  width: percent(box.right - box.left),
  height: percent(box.bottom - box.top),
});

function directionOf(key: string): [number, number] {
  if (key === "ArrowLeft") return [-1, 0];
  if (key === "ArrowRight") return [1, 0];
  if (key === "ArrowUp") return [0, -1];
  if (key === "ArrowDown") return [0, 1];
  return [0, 0];
}

function frameText(box: Crop): string {
  if (isWhole(box)) return "The frame holds the whole picture.";
  const [x, y] = [Math.round(box.left * 100), Math.round(box.top * 100)];
  const [w, h] = [
    Math.round((box.right - box.left) * 100),
    Math.round((box.bottom - box.top) * 100),
  ];
  return `The frame begins at ${x} % from the left and ${y} % from the top; it is ${w} % wide and ${h} % high.`;
}
