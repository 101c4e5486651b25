// Search by photo: take, choose, paste or drop one; frame the garment; say what should differ.
import { useEffect, useState } from "preact/hooks";
import type { Trouble } from "../api/call";
import { facets, garments, picture, searchByPhoto, type Crop } from "../api/shop";
import type { Garment, Shown } from "../api/shapes";
import { useAnswer } from "../state/answers";
import { hidden, shopper, tasteOf } from "../state/session";
import { useStore } from "../state/store";
import { Icon } from "../parts/icon";
import { Empty, Notice, TroublePanel } from "../parts/notice";
import { Degraded, Grid, GridSkeleton } from "../parts/shelf";
import { Picture } from "../parts/tile";
import { useTitle } from "../parts/title";
import { counted, upperFirst } from "../parts/words";
import { usePlacement } from "../pages/placement";
import { remember } from "../pages/why";
import { Camera } from "./camera";
import { CropBox } from "./cropbox";
import { FileButton } from "./file-button";
import { arrived, given, prepare, type Given } from "./given";

const K = 24;
const SLOW = 1000;
/** The server's note with its figures; a shopper is told in fewer words. */
const FAR = /^nothing looks much like the photo\b/i;

export function PhotoPage() {
  const photo = useStore(given);
  const waiting = useStore(arrived);
  const [fault, setFault] = useState("");
  const [camera, setCamera] = useState(false);
  useTitle("Search by photo");
  const take = async (file: Blob) => {
    setFault("");
    try {
      given.set(await prepare(file));
      setCamera(false);
    } catch (error) {
      setFault(error instanceof Error ? error.message : "This picture cannot be read.");
    }
  };
  useEffect(() => {
    if (!waiting) return;
    arrived.set(null);
    void take(waiting);
  }, [waiting]);
  return (
    <>
      <div class="title-row">
        <div>
          <h1>Search by photo</h1>
          {!photo && !camera && (
            <p class="lead">Show us a garment, and we show you what looks like it.</p>
          )}
        </div>
      </div>
      {fault && <Notice kind="error">{fault}</Notice>}
      {camera && <Camera take={(shot) => void take(shot)} close={() => setCamera(false)} />}
      {!camera && !photo && <Start take={(file) => void take(file)} camera={() => setCamera(true)} />}
      {!camera && photo && (
        <Looking key={photo.id} photo={photo} take={take} camera={() => setCamera(true)} />
      )}
    </>
  );
}

interface Ways {
  take: (file: Blob) => void;
  camera: () => void;
}

function Start({ take, camera }: Ways) {
  return (
    <div class="start">
      <div class="drop">
        <Icon name="picture" />
        <div class="buttons">
          <button type="button" class="button" onClick={camera}>
            <Icon name="camera" /> Take a photo
          </button>
          <FileButton take={take} label="Choose a picture" />
        </div>
        <p>Or drop a picture anywhere on this page, or paste one.</p>
      </div>
      <ul class="tips">
        <li>One garment that fills the picture is found best.</li>
        <li>Daylight shows its colour as it is.</li>
        <li>The photo is made small on this device, looked at once, and kept nowhere.</li>
      </ul>
      <Examples take={take} />
    </div>
  );
}

const EXAMPLES = 6;

/** Pictures of the shop to begin with, for who has none at hand. */
function Examples({ take }: Pick<Ways, "take">) {
  const { data } = usePlacement("trending");
  const [fault, setFault] = useState("");
  const shown = data?.items.filter((item) => item.picture).slice(0, EXAMPLES) ?? [];
  if (data && !shown.length) return null;
  const choose = async (item: Shown) => {
    try {
      const answer = await fetch(picture(item.picture!, 800));
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      take(await answer.blob());
    } catch {
      setFault("This picture could not be fetched. Try another one.");
    }
  };
  return (
    <section class="examples-row" aria-labelledby="examples">
      <h2 id="examples">Or see what looks like one of these</h2>
      {fault && <Notice kind="error">{fault}</Notice>}
      <ul>
        {shown.map((item) => (
          <li key={item.id}>
            <button
              type="button"
              aria-label={`Look for what is like ${item.name}`}
              onClick={() => void choose(item)}
            >
              <Picture item={item} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Looking({ photo, take, camera }: Ways & { photo: Given }) {
  const who = useStore(shopper);
  const gone = useStore(hidden);
  const [crop, setCrop] = useState<Crop | null>(photo.crop);
  const [words, setWords] = useState(photo.words);
  const [weight, setWeight] = useState(0.5);
  const [stopped, setStopped] = useState("");
  const found = useGarments(photo);
  const key = JSON.stringify(["photo", photo.id, crop, words, words && weight, who.id]);
  const { data, trouble, busy, again } = useAnswer(
    key === stopped ? null : key,
    (signal) =>
      searchByPhoto(
        { photo: photo.photo, crop, words, weight, ...tasteOf(who), filters: [], k: K },
        signal,
      ),
    true,
  );
  const slow = useSlow(busy);
  useEffect(() => remember(data?.items), [data]);
  const change = (next: Partial<Given>) => given.set({ ...(given.get() ?? photo), ...next });
  const items = data?.items.filter((item) => !gone.includes(item.id)) ?? [];
  const isFar = data?.notes.some((note) => FAR.test(note)) ?? false;
  return (
    <div class="looking">
      <div class="hand">
        <CropBox
          photo={photo}
          crop={crop}
          change={(next) => {
            setCrop(next);
            change({ crop: next });
          }}
        >
          {found?.map((garment) => (
            <button
              key={garment.box.join()}
              type="button"
              class="chip"
              onClick={() => {
                const [left, top, right, bottom] = garment.box;
                setCrop({ left, top, right, bottom });
                change({ crop: { left, top, right, bottom } });
              }}
            >
              {labelOf(garment)}
            </button>
          ))}
        </CropBox>
        {found?.length === 0 && (
          <p class="lead">No garment was made out. Draw the frame by hand, or use the whole picture.</p>
        )}
        {found && found.length > 0 && <Seen garments={found} />}
        <form
          class="add-words"
          onSubmit={(event) => {
            event.preventDefault();
            const next = String(new FormData(event.currentTarget).get("words")).trim();
            setWords(next);
            change({ words: next });
          }}
        >
          <label class="field">
            What should be different?
            <input name="words" type="text" maxlength={200} placeholder="in red, longer, for winter …" defaultValue={words} />
          </label>
          <button type="submit" class="button">
            Look
          </button>
        </form>
        {words && (
          <label class="field weight">
            <span>Like the photo</span>
            <input
              type="range"
              min="0"
              max="1"
              step="0.1"
              value={weight}
              aria-label="How much your words count against the photo"
              onChange={(event) => setWeight(Number(event.currentTarget.value))}
            />
            <span>Like your words</span>
          </label>
        )}
        <div class="buttons">
          <button type="button" class="button small plain" onClick={camera}>
            <Icon name="camera" /> New photo
          </button>
          <FileButton take={take} label="Other picture" />
        </div>
      </div>
      <section class="results" aria-label="What looks like it">
        <p role="status" class="count">
          {busy ? "Looking …" : data ? foundText(items.length, isFar) : ""}
          {slow && (
            <button type="button" class="link" onClick={() => setStopped(key)}>
              Stop
            </button>
          )}
        </p>
        {key === stopped && (
          <p>
            Stopped.{" "}
            <button type="button" class="link" onClick={() => setStopped("")}>
              Look after all
            </button>
          </p>
        )}
        {trouble && <PhotoTrouble trouble={trouble} again={again} />}
        {data && <Degraded degraded={data.degraded} />}
        {data?.notes
          .filter((note) => !FAR.test(note))
          .map((note) => <Notice key={note}>{upperFirst(note)}</Notice>)}
        {!data && !trouble && <GridSkeleton n={8} why={false} />}
        {items.length > 0 && 
          <Grid items={items} eager={4} dimmed={busy} label="Found" why={false} />
        }
        {data && !busy && !trouble && !items.length && (
          <Empty title="Nothing looks like it">
            <p>Draw the frame closer around the garment, or use the whole picture.</p>
          </Empty>
        )}
      </section>
    </div>
  );
}

/** Its category; where the server tells none, the part of the picture that it is in. */
function labelOf({ category, box }: Garment): string {
  if (category) return category.replaceAll("_", " ");
  const middle = (box[1] + box[3]) / 2;
  if (box[3] - box[1] > 0.7) return "The whole garment";
  return middle < 0.5 ? "The upper garment" : "The lower garment";
}

/** The probabilities behind the frames, for who asks for them. */
function Seen({ garments }: { garments: Garment[] }) {
  return (
    <details class="seen">
      <summary>For engineers</summary>
      <ul>
        {garments.map((garment) => (
          <li key={garment.box.join()}>
            {labelOf(garment)} {shareText(garment.category_probability)}, there{" "}
            {shareText(garment.confidence)}
            {Object.entries(garment.attributes).map(([group, names]) => {
              const [name, share] = Object.entries(names)[0] ?? ["", 0];
              return name && `; ${group} ${name} ${shareText(share)}`;
            })}
          </li>
        ))}
      </ul>
    </details>
  );
}

const shareText = (share: number | null): string => (share === null ? "" : share.toFixed(2));

const foundText = (n: number, isFar: boolean): string =>
  isFar && n
    ? "Nothing here looks much like it. The nearest:"
    : `${counted(n, "item")} that look like it`;

/** Where pictures cannot be searched, words still can. */
function PhotoTrouble({ trouble, again }: { trouble: Trouble; again: () => void }) {
  return (
    <>
      <TroublePanel trouble={trouble} again={again} small />
      {trouble.status >= 500 && (
        <p>
          Meanwhile: <a href="/find">browse the shop</a>, or describe it in the search box.
        </p>
      )}
    </>
  );
}

/** The garments that the server sees in the photo, where the shop says that it finds them. */
function useGarments(photo: Given): Garment[] | null {
  const [found, setFound] = useState(photo.garments);
  const offered = useAnswer("facets ", (signal) => facets("", signal)).data?.garments;
  useEffect(() => {
    if (!offered || photo.garments) return;
    const stop = new AbortController();
    garments(photo.photo, stop.signal).then(
      (seen) => {
        setFound(seen);
        const held = given.get();
        if (held?.id === photo.id) given.set({ ...held, garments: seen });
      },
      () => undefined, // The frame can be drawn by hand.
    );
    return () => stop.abort();
  }, [photo.id, offered]);
  return found;
}

function useSlow(busy: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    if (!busy) return;
    const timer = setTimeout(() => setSlow(true), SLOW);
    return () => clearTimeout(timer);
  }, [busy]);
  return slow;
}
