// The search box: suggestions while typing, by the combobox pattern, and the way to the camera.
import { useEffect, useRef, useState } from "preact/hooks";
import { suggest } from "../api/shop";
import type { Suggestion } from "../api/shapes";
import { go, place } from "../state/place";
import { useStore } from "../state/store";
import { Icon } from "./icon";
import { itemPath } from "./tile";

const PAUSE = 120;
const MOST = 8;

export function SearchBox() {
  const { path, query } = useStore(place);
  const asked = path === "/find" ? (query.get("q") ?? "") : "";
  const [text, setText] = useState(asked);
  const [offers, setOffers] = useState<Suggestion[]>([]);
  const [at, setAt] = useState(-1);
  const [open, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const typed = useRef(false);

  useEffect(() => {
    setText(asked);
    typed.current = false;
    setOpen(false);
  }, [asked, path]);

  useEffect(() => {
    if (!typed.current || !text.trim()) {
      setOffers([]);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      suggest(text.trim(), stop.signal).then(
        (found) => {
          setOffers(found.suggestions.slice(0, MOST));
          setAt(-1);
          setOpen(typed.current);
        },
        () => setOffers([]), // Typing goes on without suggestions.
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);

  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const where = event.target as HTMLElement;
      if (event.key !== "/" || where.matches("input, textarea, select, [contenteditable]")) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);

  const choose = (offer: Suggestion) => {
    typed.current = false;
    setOpen(false);
    input.current?.blur();
    if (offer.kind === "item" && offer.item) go(itemPath(offer.item));
    else go(`/find?${new URLSearchParams({ q: offer.text })}`);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const n = offers.length;
    if (event.key === "ArrowDown" && n) {
      setOpen(true);
      setAt(at + 1 >= n ? -1 : at + 1);
    } else if (event.key === "ArrowUp" && n) {
      setOpen(true);
      setAt(at < 0 ? n - 1 : at - 1);
    } else if (event.key === "Enter" && isOpen && offers[at]) {
      choose(offers[at]);
    } else if (event.key === "Escape") {
      if (isOpen) setOpen(false);
      else setText("");
    } else return;
    event.preventDefault();
  };

  const isOpen = open && offers.length > 0;
  return (
    <search class="search">
      <form
        action="/find"
        onSubmit={(event) => {
          event.preventDefault();
          typed.current = false;
          setOpen(false);
          if (text.trim()) go(`/find?${new URLSearchParams({ q: text.trim() })}`);
        }}
      >
        <button type="submit" class="round plain" aria-label="Search">
          <Icon name="search" />
        </button>
        <input
          ref={input}
          name="q"
          type="text"
          enterkeyhint="search"
          autocomplete="off"
          autocapitalize="off"
          maxlength={200}
          placeholder="Search: red summer dress …"
          aria-label="Search the shop"
          role="combobox"
          aria-expanded={isOpen}
          aria-controls="suggestions"
          aria-autocomplete="list"
          aria-activedescendant={isOpen && at >= 0 ? `suggestion-${at}` : undefined}
          value={text}
          onInput={(event) => {
            typed.current = true;
            setText(event.currentTarget.value);
          }}
          onFocus={() => offers.length && typed.current && setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
        {text && (
          <button
            type="button"
            class="round plain"
            aria-label="Clear the search box"
            onClick={() => {
              setText("");
              setOffers([]);
              input.current?.focus();
            }}
          >
            <Icon name="close" />
          </button>
        )}
        <a class="round plain" href="/photo" aria-label="Search by photo" title="Search by photo">
          <Icon name="camera" />
        </a>
      </form>
      <ul id="suggestions" role="listbox" aria-label="Suggestions" hidden={!isOpen}>
        {offers.map((offer, place_) => (
          <li
            key={`${offer.kind} ${offer.item ?? offer.text}`}
            id={`suggestion-${place_}`}
            role="option"
            aria-selected={place_ === at}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(offer)}
          >
            <Icon name={offer.kind === "item" ? "hanger" : "search"} />
            <span>
              <Marked text={offer.text} part={text.trim()} />
            </span>
            {offer.kind === "item" && <span class="aside">item</span>}
          </li>
        ))}
      </ul>
    </search>
  );
}

/** The text with what was typed marked in it. */
function Marked({ text, part }: { text: string; part: string }) {
  const from = text.toLowerCase().indexOf(part.toLowerCase());
  if (!part || from < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, from)}
      <mark>{text.slice(from, from + part.length)}</mark>
      {text.slice(from + part.length)}
    </>
  );
}
