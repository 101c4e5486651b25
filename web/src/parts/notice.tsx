// Lines that tell of a state: for information, as a warning, as an error with its remedy.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Trouble } from "../api/call";
import { Icon } from "./icon";
import { counted, upperFirst } from "./words";

interface NoticeProps {
  kind?: "info" | "warning" | "error";
  children: ComponentChildren;
}

export function Notice({ kind = "info", children }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === "error" ? "alert" : undefined}>
      <Icon name={kind === "warning" ? "cloud" : "info"} />
      <div>{children}</div>
    </div>
  );
}

interface TroubleProps {
  trouble: Trouble;
  again?: () => void;
  small?: boolean;
}

/** What went wrong, what to do, and the button for it; asks by itself when the wait is over. */
export function TroublePanel({ trouble, again, small = false }: TroubleProps) {
  const left = useCountdown(trouble, again);
  return (
    <div class={small ? "trouble small" : "trouble"} role="alert">
      {!small && <Icon name={trouble.code === "offline" ? "cloud" : "hanger"} />}
      <p class="trouble-what">{upperFirst(trouble.message)}</p>
      <p>{upperFirst(trouble.remedy)}</p>
      {again && (
        <button type="button" class="button" onClick={again}>
          {left > 0 ? `Try again (in ${counted(left, "second")})` : "Try again"}
        </button>
      )}
    </div>
  );
}

function useCountdown(trouble: Trouble, again?: () => void): number {
  const [left, setLeft] = useState(trouble.wait);
  useEffect(() => {
    setLeft(trouble.wait);
    if (!trouble.wait || !again) return;
    const end = Date.now() + trouble.wait * 1000;
    const timer = setInterval(() => {
      const seconds = Math.ceil((end - Date.now()) / 1000);
      setLeft(Math.max(0, seconds));
      if (seconds > 0) return;
      clearInterval(timer);
      again();
    }, 1000);
    return () => clearInterval(timer);
  }, [trouble, again]);
  return left;
}

interface EmptyProps {
  title: string;
  /** Whether it is all of the page: its title is then the page's heading. */
  page?: boolean;
  children: ComponentChildren;
}

export function Empty({ title, page = false, children }: EmptyProps) {
  return (
    <div class="empty">
      <Icon name="hanger" />
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}
