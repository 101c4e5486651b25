// Line icons, drawn in a field of 24 × 24; they always stand beside words or a label.
const PATHS = {
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  search: "M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM15.5 15.5L20 20",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6z",
  heart: "M12 19.5C5 14.500 3.500 11.500 3.500 9A4.300 4.300 0 0 1 12 7.300 4.300 4.300 0 0 1 20.500 9c0 2.500-1.500 5.500-8.500 10.500z",
  basket: "M5 9h14l-1.300 10.500H6.300zM8.500 9a3.500 4.500 0 0 1 7 0",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500c.8-4 3.700-6 7.500-6s6.700 2 7.500 6",
  close: "M6 6l12 12M18 6L6 18",
  hide: "M4 4l16 16M9.500 6.300A9 9 0 0 1 21 12a13 13 0 0 1-2.500 3.300M6 8.200A12 12 0 0 0 3 12a9.500 9.500 0 0 0 12.500 5M10 10.300a2.800 2.800 0 0 0 3.800 3.800",
  sliders: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.800v4.400M9 14.800v4.400",
  hanger: "M12 9.500c0-1.500 2-1.700 2-3.500a2 2 0 0 0-4 0M12 9.500L3.500 16c-.8.7-.3 2 .8 2h15.400c1.100 0 1.600-1.300.8-2z",
  back: "M14.500 5.500L8 12l6.500 6.500",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 2.500-2.500L20 17M15.500 9.500h.01",
  check: "M5 12.500l4.500 4.500L19 7.500",
  info: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17zM12 11v5.500M12 7.700v.01",
  cloud: "M7 18.500h9.500a4 4 0 0 0 .6-7.950A5.500 5.500 0 0 0 6.600 9.600 4.500 4.500 0 0 0 7 18.500zM4 4l16 16",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, full = false }: { name: IconName; full?: boolean }) {
  return (
    <svg class={full ? "icon full" : "icon"} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
