// A modal sheet: the browser keeps the focus inside, Escape closes it.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "./icon";

interface SheetProps {
  title: string;
  close: () => void;
  children: ComponentChildren;
  foot?: ComponentChildren;
}

export function Sheet({ title, close, children, foot }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => opener?.focus?.();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="sheet-body">
        <div class="sheet-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="round plain" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </div>
        <div class="sheet-content">{children}</div>
        {foot && <div class="sheet-foot">{foot}</div>}
      </div>
    </dialog>
  );
}
