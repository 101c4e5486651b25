// An item in a list: picture, name, colour, price, why; like and hide within reach.
import type { ComponentChildren } from "preact";
import { picture } from "../api/shop";
import type { Reason } from "../api/shapes";
import { useStore } from "../state/store";
import { type Kept, liked } from "../state/session";
import { hide, like } from "../state/wishes";
import { Icon } from "./icon";
import { Price } from "./price";
import { factsText, shortReason } from "./words";

interface TileProps {
  item: Kept & { reason?: Reason };
  /** Whether it is seen at once: its picture is then fetched first. */
  first?: boolean;
  tools?: ComponentChildren;
  /** Whether the line that says why is kept free, so that rows stay level. */
  why?: boolean;
}

export const itemPath = (id: string): string => `/item/${encodeURIComponent(id)}`;

export function Tile({ item, first = false, tools, why = true }: TileProps) {
  return (
    <article class="tile">
      <a href={itemPath(item.id)} class="tile-link">
        <Picture item={item} first={first} />
        <span class="tile-name">{item.name}</span>
        <span class="tile-facts">
          <span>{factsText(item.attributes)}</span>
          <span class="price">
            <Price price={item.price} />
          </span>
        </span>
      </a>
      {why && <p class="tile-why">{item.reason ? shortReason(item.reason.text) : ""}</p>}
      <div class="tile-tools">{tools ?? <TileTools item={item} />}</div>
    </article>
  );
}

function TileTools({ item }: { item: Kept }) {
  const isLiked = useStore(liked).some((one) => one.id === item.id);
  return (
    <>
      <button
        type="button"
        class={isLiked ? "round on" : "round"}
        aria-pressed={isLiked}
        aria-label={`Like ${item.name}`}
        title="Like"
        onClick={() => like(item)}
      >
        <Icon name="heart" full={isLiked} />
      </button>
      <button
        type="button"
        class="round"
        aria-label={`Not for me: ${item.name}`}
        title="Not for me"
        onClick={() => hide(item)}
      >
        <Icon name="hide" />
      </button>
    </>
  );
}

interface PictureProps {
  item: Kept;
  first?: boolean;
  large?: boolean;
}

/** Its picture, or its name where it has none; the space is the same. */
export function Picture({ item, first = false, large = false }: PictureProps) {
  const colour = factsText(item.attributes);
  return (
    <span class="frame">
      {item.picture ? (
        <img
          src={picture(item.picture, large ? 800 : 320)}
          alt={large ? (colour ? `${item.name}, ${colour}` : item.name) : ""}
          width="320"
          height="480"
          loading={first ? "eager" : "lazy"}
          fetchpriority={first ? "high" : "auto"}
          decoding="async"
        />
      ) : (
        <span class="no-picture">
          <Icon name="hanger" />
          <span>No picture yet</span>
        </span>
      )}
    </span>
  );
}

export function TileSkeleton({ why = true }: { why?: boolean }) {
  return (
    <div class="tile" aria-hidden="true">
      <span class="frame" />
      <span class="tile-name" />
      <span class="tile-facts" />
      {why && <p class="tile-why" />}
    </div>
  );
}
