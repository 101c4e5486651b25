// The service worker: opens the page without a connection, with the shelf and items seen last.
// The shell is kept whole, version by version; answers of the API are kept beside it, never in it.
declare const self: ServiceWorkerGlobalScope;

const FILES = "%SHELL%" as unknown as string[];
const VERSION = "%VERSION%";
const SHELL = `shell-${VERSION}`;
const ANSWERS = "answers";
const PICTURES = "pictures";
const MOST_ANSWERS = 80;
const MOST_PICTURES = 300;
const KEPT_PATHS = [/^\/recommendations$/, /^\/items\/[^/]+(\/(similar|goes-with))?$/, /^\/facets$/];

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((shell) => shell.addAll(FILES.map((path) => new Request(path, shellRequest))))
      .then(() => self.skipWaiting()),
  );
});
const shellRequest: RequestInit = { cache: "no-cache", headers: { accept: "text/html,*/*" } };

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        names.filter((name) => name.startsWith("shell-") && name !== SHELL).map((n) => caches.delete(n)),
      )
      .then((gone) => Promise.all(gone))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "forget-answers") event.waitUntil(caches.delete(ANSWERS));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (!isOwn(url.pathname)) event.respondWith(openPage(request));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(fromShell(request));
  } else if (url.pathname.startsWith("/pictures/")) {
    event.respondWith(fromPictures(event, request));
  } else if (KEPT_PATHS.some((path) => path.test(url.pathname))) {
    event.respondWith(fromServerOrKept(event, request));
  }
});

/** Pages of the server that are not of this page. */
const isOwn = (path: string): boolean => /^\/(docs|redoc|metrics|openapi\.json|health)/.test(path);

/** The newest page; without a connection the kept one. */
async function openPage(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (answer.status < 500) return answer;
    return (await shellPage()) ?? answer;
  } catch {
    return (await shellPage()) ?? Response.error();
  }
}

const shellPage = (): Promise<Response | undefined> =>
  caches.open(SHELL).then((shell) => shell.match("/"));

async function fromShell(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function fromPictures(event: FetchEvent, request: Request): Promise<Response> {
  const pictures = await caches.open(PICTURES);
  const known = await pictures.match(request, { ignoreVary: true });
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) event.waitUntil(keep(PICTURES, request, answer.clone(), MOST_PICTURES));
  return answer;
}

async function fromServerOrKept(event: FetchEvent, request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      const headers = new Headers(answer.headers);
      headers.set("x-modiste-kept", new Date().toISOString());
      const copy = new Response(await answer.clone().arrayBuffer(), { headers });
      event.waitUntil(keep(ANSWERS, request, copy, MOST_ANSWERS));
    }
    return answer;
  } catch (error) {
    const answers = await caches.open(ANSWERS);
    const known = await answers.match(request, { ignoreVary: true });
    if (known) return known;
    throw error;
  }
}

/** Keep an answer; the oldest ones leave when there are too many. */
async function keep(name: string, request: Request, answer: Response, most: number): Promise<void> {
  const cache = await caches.open(name);
  await cache.delete(request, { ignoreVary: true });
  await cache.put(request, answer);
  const known = await cache.keys();
  await Promise.all(known.slice(0, Math.max(0, known.length - most)).map((one) => cache.delete(one)));
}

export {};
