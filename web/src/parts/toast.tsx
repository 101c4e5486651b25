// One line about what just happened, with a way back where there is one.
import { useStore, createStore } from "../state/store";

interface Toast {
  text: string;
  action?: { label: string; run: () => void };
}

export const SHOWN_FOR = 7000;
const toast = createStore<Toast | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

export function tell(text: string, action?: Toast["action"]): void {
  clearTimeout(timer);
  toast.set({ text, ...(action ? { action } : {}) });
  timer = setTimeout(() => toast.set(null), SHOWN_FOR);
}

export function Toasts() {
  const shown = useStore(toast);
  return (
    <div class="toasts" role="status">
      {shown && (
        <div class="toast">
          <span>{shown.text}</span>
          {shown.action && (
            <button
              type="button"
              onClick={() => {
                shown.action?.run();
                toast.set(null);
              }}
            >
              {shown.action.label}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
