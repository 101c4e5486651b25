// One user step by step: wardrobe, pool, features, order.
import { useEffect, useState } from "preact/hooks";
import { knownUsers, labUser } from "../api/shop";
import type { KnownUser, LabPlace, LabUser } from "../api/shapes";
import { useAnswer } from "../state/answers";
import { shopper } from "../state/session";
import { useStore } from "../state/store";
import { Moved, movedText, ODDS } from "../parts/moved";
import { TroublePanel } from "../parts/notice";
import { itemPath, Picture } from "../parts/tile";
import { counted, nameText, upperFirst } from "../parts/words";
import { Plot } from "./chart";
import { poolConfig } from "./plots";
import { figureText } from "./table";

export function UserSteps() {
  const who = useStore(shopper);
  const [users, setUsers] = useState<KnownUser[] | null>(null);
  const [chosen, setChosen] = useState(who.visitor ? "" : who.id);
  useEffect(() => {
    knownUsers().then(
      (found) => {
        setUsers(found);
        setChosen((before) => before || (found[0]?.id ?? ""));
      },
      () => setUsers([]),
    );
  }, []);
  const { data, trouble, busy, again } = useAnswer(
    chosen ? `lab ${chosen}` : null,
    (signal) => labUser(chosen, signal),
    true,
  );
  if (users && !users.length && !data) return <NoUsers />;
  return (
    <section id="one-user" class="panel">
      <h2>One user, step by step</h2>
      <form
        class="choose-user"
        onSubmit={(event) => {
          event.preventDefault();
          setChosen(String(new FormData(event.currentTarget).get("user")).trim());
        }}
      >
        <label class="field">
          A known user
          <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            {!users?.some((user) => user.id === chosen) && <option value={chosen}>{chosen}</option>}
            {users?.map((user, n) => (
              <option value={user.id} key={user.id}>
                Shopper {n + 1}: {user.note}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          Or an id
          <input name="user" type="text" autocomplete="off" required />
        </label>
        <button type="submit" class="button plain">
          Show
        </button>
      </form>
      {trouble && <TroublePanel trouble={trouble} again={again} small />}
      {data && !trouble && (
        <div class={busy ? "dimmed" : ""}>
          <Steps user={data} />
        </div>
      )}
    </section>
  );
}

function NoUsers() {
  return (
    <section id="one-user" class="panel">
      <h2>One user, step by step</h2>
      <p>
        Nobody is known yet: <code>modiste train</code> learns from what users bought.
      </p>
    </section>
  );
}

function Steps({ user }: { user: LabUser }) {
  return (
    <ol class="steps">
      <li>
        <h3>Wardrobe</h3>
        <p class="aside">{counted(user.n_bought, "purchase")}; the last ones first.</p>
        <ul class="strip" aria-label="Wardrobe">
          {user.wardrobe.map(({ item, day }, n) => (
            <li key={n}>
              <a href={itemPath(item.id)}>
                <Picture item={item} />
                <span>{item.name}</span>
              </a>
              <span class="aside">{day}</span>
            </li>
          ))}
        </ul>
      </li>
      <li>
        <h3>Pool</h3>
        <p class="aside">
          {counted(user.n_pool, "candidate")} from {counted(user.pool.length, "source")}.
        </p>
        <Plot
          label={`Candidates by source: ${user.pool.map((one) => `${one.source} ${one.n}`).join(", ")}`}
          height={5 + user.pool.length * 1.5}
          config={poolConfig(user)}
        />
      </li>
      <li>
        <h3>Features and order</h3>
        <p class="aside">
          What moved each score most, up to the right or down to the left, and the value it was
          read from. The figures are {ODDS}.
        </p>
        <ol class="places">
          {user.order.map((place) => (
            <Place key={place.id} place={place} />
          ))}
        </ol>
      </li>
    </ol>
  );
}

function Place({ place }: { place: LabPlace }) {
  const parts = Object.entries(place.reason.parts ?? {});
  const largest = Math.max(...parts.map(([, value]) => Math.abs(value)), 1e-9);
  const sources = Object.entries(place.sources).sort((a, b) => a[1] - b[1]);
  return (
    <li>
      <a class="place-item" href={itemPath(place.id)}>
        <Picture item={place} />
        <strong>
          {place.rank}. {place.name}
        </strong>
      </a>
      <div>
        <p>
          {upperFirst(place.reason.text)} · score {figureText(place.score ?? undefined)}
        </p>
        <p class="aside">
          {sources.map(([name, rank]) => `${name.replaceAll("_", " ")} ${rank}`).join(", ")}
        </p>
        {parts.length > 0 && (
          <table class="parts">
            <thead class="unseen">
              <tr>
                <th scope="col">Feature</th>
                <th scope="col">Value</th>
                <th scope="col">Bar</th>
                <th scope="col">Moved by</th>
              </tr>
            </thead>
            <tbody>
              {parts.slice(0, 5).map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{nameText(name)}</th>
                  <td class="number">{figureText(place.features[name])}</td>
                  <td>
                    <Moved value={value} whole={largest} />
                  </td>
                  <td class="number">{movedText(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </li>
  );
}
