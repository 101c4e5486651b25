// What stands on every page: the name, the search box, the ways; on phones the ways lie below.
import { useState } from "preact/hooks";
import { place } from "../state/place";
import { basket, liked, shopper } from "../state/session";
import { useStore } from "../state/store";
import { Account } from "./account";
import { Icon, type IconName } from "./icon";
import { SearchBox } from "./searchbox";
import { counted } from "./words";

export function Header() {
  const { path } = useStore(place);
  const who = useStore(shopper);
  const nLiked = useStore(liked).length;
  const nBasket = useStore(basket).length;
  const [account, setAccount] = useState(false);
  const way = (to: string, icon: IconName, label: string, n = 0, unit = "item") => (
    <a href={to} class="way" aria-current={path === to ? "page" : undefined}>
      <Icon name={icon} />
      <span>{label}</span>
      {n > 0 && (
        <span class="badge">
          {n}
          <span class="unseen"> {counted(n, unit).replace(/^\S+ /, "")}</span>
        </span>
      )}
    </a>
  );
  return (
    <header class="top">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <div class="top-row">
        <a class="brand" href="/" aria-label="modiste, home">
          modiste
        </a>
        <SearchBox />
        <button
          type="button"
          class="way who"
          aria-haspopup="dialog"
          onClick={() => setAccount(true)}
        >
          <Icon name="person" />
          <span class="unseen">Who is looking: </span>
          <span class="who-name">{who.name}</span>
        </button>
      </div>
      <nav aria-label="Main" class="ways">
        {way("/", "home", "Home")}
        {way("/photo", "camera", "Photo")}
        {way("/liked", "heart", "Liked", nLiked)}
        {way("/basket", "basket", "Basket", nBasket)}
      </nav>
      {account && <Account close={() => setAccount(false)} />}
    </header>
  );
}
