// The photo in hand: upright, at most 1024 pixels a side, without what a camera writes beside it.
import { createStore } from "../state/store";
import type { Garment } from "../api/shapes";
import type { Crop } from "../api/shop";

const LONGEST = 1024;
const HEAVIEST = 40 * 1024 * 1024;

export interface Given {
  /** Its number: a later photo is another one. */
  id: number;
  photo: Blob;
  url: string;
  width: number;
  height: number;
  crop: Crop | null;
  words: string;
  /** What the server sees in it; null: it was not asked yet. */
  garments: Garment[] | null;
}

export const given = createStore<Given | null>(null);
/** A picture that arrived before the photo page was open. */
export const arrived = createStore<Blob | null>(null);

export const holdPhoto = (photo: Blob): void => arrived.set(photo);

/** The first picture among what was pasted or dropped. */
export function photoOf(data: DataTransfer | null): File | null {
  for (const file of data?.files ?? []) if (file.type.startsWith("image/")) return file;
  return null;
}

let counter = 0;

/** Make a photo ready to be sent. Throws a line for the reader if it is none. */
export async function prepare(file: Blob): Promise<Given> {
  if (file.size > HEAVIEST) {
    throw new Error("This picture is larger than 40 MB. Choose a smaller one.");
  }
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Error("This is no picture that can be read. Choose a JPEG, PNG or WebP.");
  }
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("This browser cannot draw pictures. Try another one.");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const photo = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.88));
  if (!photo) throw new Error("This picture could not be made smaller. Try another one.");
  const last = given.get();
  if (last) URL.revokeObjectURL(last.url);
  return {
    id: ++counter,
    photo,
    url: URL.createObjectURL(photo),
    width,
    height,
    crop: null,
    words: "",
    garments: null,
  };
}
