// One item: its picture and facts, why it was shown, what is like it, what goes with it.
import { useEffect, useState } from "preact/hooks";
import { beside, item as fetchItem, picture, recommendations } from "../api/shop";
import type { Item, ItemPage, Reason } from "../api/shapes";
import { useAnswer } from "../state/answers";
import { flush, record } from "../state/events";
import { go } from "../state/place";
import { basket, hidden, liked, shopper } from "../state/session";
import { useStore } from "../state/store";
import { addToBasket, hide, like, show } from "../state/wishes";
import { Icon } from "../parts/icon";
import { Moved, movedText, ODDS } from "../parts/moved";
import { Empty, Notice, TroublePanel } from "../parts/notice";
import { Price } from "../parts/price";
import { Rail } from "../parts/shelf";
import { itemPath, Picture } from "../parts/tile";
import { useTitle } from "../parts/title";
import { factsText, nameText, upperFirst } from "../parts/words";
import { filterPath } from "./filters";
import { reasonOf, remember } from "./why";

const PARTS = 8;
const RAILS = [
  ["goes-with", "Goes with it"],
  ["similar", "Looks similar"],
] as const;
/** Of what is sold out one wants the like of it first. */
const INSTEAD = [["similar", "Much like it, and to be had"], RAILS[0]] as const;

export function ItemView({ id }: { id: string }) {
  const { data, trouble, again } = useAnswer(`item ${id}`, (signal) => fetchItem(id, signal));
  const gone = trouble?.status === 404;
  const soldOut = data?.available === false;
  useTitle(data?.name ?? (gone ? "Not here" : "Item"));
  useLook(id, Boolean(data));
  if (gone) return <Gone />;
  return (
    <>
      {trouble && <TroublePanel trouble={trouble} again={again} />}
      {!trouble && (data ? <Sheet data={data} /> : <Waiting />)}
      {(soldOut ? INSTEAD : RAILS).map(([what, title]) => (
        <Beside key={what} id={id} what={what} title={title} />
      ))}
    </>
  );
}

/** A look is told when it ends: what was looked at leaves the shelf, and its reason with it. */
function useLook(id: string, there: boolean): void {
  useEffect(() => {
    if (!there) return;
    const began = new Date();
    let told = false;
    const tell = () => {
      if (told) return;
      told = true;
      record("view", id, null, began);
    };
    const leave = () => {
      if (document.visibilityState !== "hidden") return;
      tell();
      void flush();
    };
    document.addEventListener("visibilitychange", leave);
    return () => {
      document.removeEventListener("visibilitychange", leave);
      tell();
    };
  }, [id, there]);
}

function Sheet({ data }: { data: ItemPage }) {
  const isLiked = useStore(liked).some((one) => one.id === data.id);
  const inBasket = useStore(basket).some((one) => one.id === data.id);
  const isHidden = useStore(hidden).includes(data.id);
  const soldOut = data.available === false;
  return (
    <div class="item">
      <div class="item-picture">
        <Picture item={data} first large />
      </div>
      <div class="item-facts">
        <h1>{data.name}</h1>
        <p class="item-price">
          <Price price={data.price} unknown="Price unknown" />
        </p>
        {soldOut && (
          <Notice>
            <strong>Sold out.</strong> What is much like it stands below.
          </Notice>
        )}
        <Variants items={data.variants.filter((one) => one.id !== data.id)} />
        <div class="buttons">
          {(inBasket || !soldOut) && (
            <button
              type="button"
              class="button grow"
              onClick={() => (inBasket ? go("/basket") : addToBasket(data))}
            >
              <Icon name={inBasket ? "check" : "basket"} />
              {inBasket ? "In your basket" : "Add to basket"}
            </button>
          )}
          <button
            type="button"
            class={isLiked ? "button plain on" : "button plain"}
            aria-pressed={isLiked}
            onClick={() => like(data)}
          >
            <Icon name="heart" full={isLiked} /> Like
          </button>
          <button
            type="button"
            class="button plain"
            aria-pressed={isHidden}
            onClick={() => (isHidden ? show(data.id) : hide(data))}
          >
            <Icon name="hide" /> Not for me
          </button>
        </div>
        <Why id={data.id} />
        {data.description && <p class="item-text">{data.description}</p>}
        <Facts attributes={data.attributes} />
      </div>
    </div>
  );
}

function Variants({ items }: { items: readonly Item[] }) {
  if (!items.length) return null;
  return (
    <div class="variants">
      <h2>Also in</h2>
      <ul>
        {items.map((one) => (
          <li key={one.id}>
            <a href={itemPath(one.id)} title={factsText(one.attributes)}>
              {one.picture ? (
                <img
                  src={picture(one.picture, 320)}
                  alt={factsText(one.attributes) || one.name}
                  width="56"
                  height="84"
                />
              ) : (
                <span>{factsText(one.attributes) || one.id}</span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Facts({ attributes }: { attributes: Record<string, string> }) {
  const facts = Object.entries(attributes);
  if (!facts.length) return null;
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{nameText(name)}</dt>
          <dd>
            {value.includes(",") ? value : <a href={filterPath(name, value)}>{value}</a>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Why it was on the shelf; for engineers what moved its score. */
function Why({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const reason = reasonOf(id);
  if (!reason) return null;
  return (
    <details class="why">
      <summary>
        <span>Why you see it</span> {upperFirst(reason.text)}
      </summary>
      {reason.because && (
        <p>
          <a href={itemPath(reason.because)}>See the item it comes from</a>
        </p>
      )}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>For engineers: what moved its place</summary>
        {open && <Parts id={id} reason={reason} />}
      </details>
    </details>
  );
}

function Parts({ id, reason }: { id: string; reason: Reason }) {
  const who = useStore(shopper);
  const { data, trouble, again } = useAnswer(
    reason.parts ? null : `shelf-explained ${who.id}`,
    (signal) => recommendations({ user: who.id, k: 36, placement: "home", explain: true }, signal),
  );
  const parts = reason.parts ?? data?.items.find((one) => one.id === id)?.reason.parts;
  if (trouble) return <TroublePanel trouble={trouble} again={again} small />;
  if (!parts) {
    return <p>{data ? "No score was computed for it: it came by a rule, by search, or after you looked at it." : "Looking …"}</p>;
  }
  const largest = Object.entries(parts)
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    .slice(0, PARTS);
  const whole = Math.max(...largest.map(([, v]) => Math.abs(v)), 1e-9);
  return (
    <table class="parts">
      <caption>
        A bar to the right raised it on your shelf, a striped one to the left lowered it. The
        figures are {ODDS}.
      </caption>
      <thead class="unseen">
        <tr>
          <th scope="col">Feature</th>
          <th scope="col">Raised or lowered</th>
          <th scope="col">Moved by</th>
        </tr>
      </thead>
      <tbody>
        {largest.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{nameText(name)}</th>
            <td>
              <Moved value={value} whole={whole} />
            </td>
            <td class="number">{movedText(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface BesideProps {
  id: string;
  what: "similar" | "goes-with";
  title: string;
}

function Beside({ id, what, title }: BesideProps) {
  const answer = useAnswer(`${what} ${id}`, (signal) => beside(id, what, 16, signal));
  useEffect(() => remember(answer.data?.items), [answer.data]);
  return <Rail title={title} id={what} answer={answer} without={[id]} />;
}

function Waiting() {
  return (
    <div class="item waiting" role="img" aria-label="Loading">
      <div class="item-picture">
        <span class="frame" />
      </div>
      <div class="item-facts">
        <span class="line large" />
        <span class="line" />
        <span class="line" />
      </div>
    </div>
  );
}

function Gone() {
  const who = useStore(shopper);
  const answer = useAnswer(`shelf ${who.id} 12`, (signal) =>
    recommendations({ user: who.id, k: 12, placement: "home" }, signal),
  );
  return (
    <>
      <Empty title="This item is not in the shop" page>
        <p>It may have sold out, or the address may be misspelt.</p>
        <a class="button" href="/">
          To the shop
        </a>
      </Empty>
      <Rail title="For you instead" id="instead" answer={answer} />
    </>
  );
}

