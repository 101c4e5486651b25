// What the shopper keeps: liked items and the basket; both open without the server.
import { useState } from "preact/hooks";
import { recommendations } from "../api/shop";
import { useAnswer } from "../state/answers";
import { basket, liked, shopper } from "../state/session";
import { useStore } from "../state/store";
import { buy, like, takeFromBasket, addToBasket } from "../state/wishes";
import { Icon } from "../parts/icon";
import { Empty } from "../parts/notice";
import { Rail } from "../parts/shelf";
import { Tile } from "../parts/tile";
import { useTitle } from "../parts/title";
import { Price } from "../parts/price";
import { counted } from "../parts/words";

export function Liked() {
  const items = useStore(liked);
  useTitle("Liked");
  return (
    <>
      <div class="title-row">
        <h1>Liked</h1>
        {items.length > 0 && <p class="lead">{counted(items.length, "item")}, on this device.</p>}
      </div>
      {items.length ? (
        <ul class="grid" aria-label="What you like">
          {items.map((item) => (
            <li key={item.id}>
              <Tile
                item={item}
                why={false}
                tools={
                  <>
                    <button
                      type="button"
                      class="round on"
                      aria-label={`No longer like ${item.name}`}
                      title="No longer like"
                      onClick={() => like(item)}
                    >
                      <Icon name="heart" full />
                    </button>
                    <button
                      type="button"
                      class="round"
                      aria-label={`Add ${item.name} to the basket`}
                      title="Add to basket"
                      onClick={() => addToBasket(item)}
                    >
                      <Icon name="basket" />
                    </button>
                  </>
                }
              />
            </li>
          ))}
        </ul>
      ) : (
        <Empty title="Nothing liked yet">
          <p>Tap the heart on anything you like: it is kept here, and your shelf learns from it.</p>
          <a class="button" href="/">
            Look around
          </a>
        </Empty>
      )}
    </>
  );
}

export function Basket() {
  const items = useStore(basket);
  const who = useStore(shopper);
  const [ordered, setOrdered] = useState(0);
  useTitle("Basket");
  const ids = items.map((item) => item.id);
  const goesWith = useAnswer(
    ids.length ? `shelf-basket ${who.id} ${ids.join(" ")}` : null,
    (signal) => recommendations({ user: who.id, k: 12, placement: "basket", items: ids }, signal),
    true,
  );
  const prices = items.map((item) => item.price);
  const sum = prices.reduce<number>((all, price) => all + (price ?? 0), 0);
  return (
    <>
      <div class="title-row">
        <h1>Basket</h1>
      </div>
      {items.length > 0 && (
        <div class="basket">
          <ul class="grid" aria-label="In your basket">
            {items.map((item) => (
              <li key={item.id}>
                <Tile
                  item={item}
                  why={false}
                  tools={
                    <button
                      type="button"
                      class="round"
                      aria-label={`Take ${item.name} out`}
                      title="Take out"
                      onClick={() => takeFromBasket(item)}
                    >
                      <Icon name="close" />
                    </button>
                  }
                />
              </li>
            ))}
          </ul>
          <div class="sum">
            <p>
              {counted(items.length, "item")}
              <strong>
                <Price price={sum} />
              </strong>
            </p>
            {prices.includes(null) && <p>Items without a known price are not in the sum.</p>}
            <button
              type="button"
              class="button wide"
              onClick={() => {
                setOrdered(items.length);
                buy();
              }}
            >
              Place the order
            </button>
            <p class="aside">No money moves here: an order teaches the shop what you like.</p>
          </div>
        </div>
      )}
      {!items.length && (
        <Empty title={ordered ? "Thank you" : "Your basket is empty"}>
          <p>
            {ordered
              ? `${counted(ordered, "item")} ordered. Your shelf takes it into account from now on.`
              : "What you put in is kept here, with what goes well with it."}
          </p>
          <a class="button" href="/">
            {ordered ? "See your new shelf" : "Look around"}
          </a>
        </Empty>
      )}
      {items.length > 0 && <Rail title="Complete the look" id="goes" answer={goesWith} without={ids} />}
    </>
  );
}
