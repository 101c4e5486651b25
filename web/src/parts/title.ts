import { useEffect } from "preact/hooks";

/** Name the page in the window's title. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · modiste`;
  }, [title]);
}
