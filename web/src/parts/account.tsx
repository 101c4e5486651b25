// Who is looking: known users for a demo, a new visitor; light or dark; forget me; install.
import { useEffect, useState } from "preact/hooks";
import { forget, knownUsers } from "../api/shop";
import type { KnownUser } from "../api/shapes";
import { forgetAnswers, asTrouble } from "../state/answers";
import { dropEvents, waiting } from "../state/events";
import { offer } from "../state/install";
import { go } from "../state/place";
import { applyTheme, become, newVisitor, shopper, theme, type Shopper, type Theme } from "../state/session";
import { useStore } from "../state/store";
import { Sheet } from "./sheet";
import { tell } from "./toast";
import { counted } from "./words";

const THEMES: [Theme, string][] = [
  ["system", "As my device"],
  ["light", "Light"],
  ["dark", "Dark"],
];

export function Account({ close }: { close: () => void }) {
  const who = useStore(shopper);
  const chosen = useStore(theme);
  const nWaiting = useStore(waiting);
  const install = useStore(offer);
  const [users, setUsers] = useState<KnownUser[]>([]);
  useEffect(() => {
    knownUsers().then(setUsers, () => setUsers([])); // A shop may keep its users to itself.
  }, []);

  const change = (next: Shopper) => {
    become(next);
    forgetAnswers();
    close();
    go("/");
    tell(next.visitor ? "You look as a new visitor." : `You look as ${next.name}.`);
  };
  const forgetMe = async () => {
    try {
      dropEvents();
      const gone = await forget(who.id);
      change(newVisitor());
      tell(`Forgotten: ${counted(gone.events, "event")} and what is kept on this device.`);
    } catch (error) {
      const { message, remedy } = asTrouble(error);
      tell(`${message} ${remedy}`);
    }
  };

  return (
    <Sheet title="Who is looking?" close={close}>
      <ul class="people">
        <li>
          <button type="button" aria-pressed={who.visitor} onClick={() => change(newVisitor())}>
            <strong>New visitor</strong>
            <span>Nothing is known of you yet.</span>
          </button>
        </li>
        {users.map((user, n) => (
          <li key={user.id}>
            <button
              type="button"
              aria-pressed={who.id === user.id}
              onClick={() => change({ id: user.id, name: `Shopper ${n + 1}`, visitor: false })}
            >
              <strong>Shopper {n + 1}</strong>
              <span>{user.note || `${user.bought} bought`}</span>
            </button>
          </li>
        ))}
      </ul>
      <fieldset class="choices">
        <legend>Colours of this page</legend>
        {THEMES.map(([value, label]) => (
          <label key={value}>
            <input
              type="radio"
              name="theme"
              checked={chosen === value}
              onChange={() => {
                theme.set(value);
                applyTheme();
              }}
            />
            {label}
          </label>
        ))}
      </fieldset>
      {nWaiting > 0 && <p>{counted(nWaiting, "thing")} you did will be sent when you are online.</p>}
      <div class="buttons">
        {install && (
          <button type="button" class="button" onClick={() => void install.prompt()}>
            Install on this device
          </button>
        )}
        <button type="button" class="button plain" onClick={() => void forgetMe()}>
          Forget me
        </button>
        <a class="button plain" href="/lab" onClick={close}>
          The lab
        </a>
      </div>
    </Sheet>
  );
}
