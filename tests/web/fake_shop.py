"""A shop that answers as the server does, and fails, waits or does without on request.

The shapes are those of `modiste.serve.schemas`, the files and headers those of the server; what is
in the answers is made up, so that every state of the page can be seen.
"""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
from pydantic import BaseModel

from modiste.data.synthetic.colours import COLOURS
from modiste.data.synthetic.kinds import KINDS
from modiste.data.synthetic.pictures import draw_article
from modiste.data.synthetic.textures import TEXTURES
from modiste.serve import lab_schemas, schemas
from modiste.serve.page import read_page
from modiste.serve.security.headers import SECURITY_HEADERS

N_PRODUCTS = 60
COLOURS_EACH = 3
WIDEST = 160
"""Pixels across a picture: drawing takes time."""
LETTERS = ("Ada", "Lund", "Vera", "Mio", "Siena", "Nour", "Odile", "Bruno", "Kaja", "Ines")
REASONS = (
    ("because you bought Ada cardigan", "bought_together"),
    ("popular with your age this week", "popular_age"),
    ("often bought with what is in your wardrobe", "popular_together"),
    ("looks like what you looked at", "similar_pictures"),
)


SEEN = (
    schemas.Garment(
        box=(0.1, 0.05, 0.9, 0.5),
        category="shirt",
        category_probability=0.81,
        attributes={"sleeve": {"long": 0.93, "short": 0.07}},
        landmarks={"left collar": (0.4, 0.1, 0.9)},
        confidence=0.97,
    ),
    schemas.Garment(
        box=(0.2, 0.5, 0.8, 1.0),
        category=None,
        category_probability=None,
        attributes={},
        landmarks={},
        confidence=0.88,
    ),
)
"""What a recogniser makes out: one garment with its category, one without."""


@dataclass(frozen=True)
class Drawn:
    """What a picture shows."""

    shape: str
    rgb: tuple[int, int, int]
    texture: str
    seed: int


@dataclass
class FakeShop:
    """The shop, and what is to go wrong in it."""

    faults: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """Path or its beginning → status, message, remedy."""
    delays: dict[str, list[float]] = field(default_factory=dict)
    """Path → seconds that the next answers wait; the last one stays."""
    degraded: list[str] = field(default_factory=list)
    fallback: bool = False
    empty: bool = False
    price_unit: str | None = None
    key: str = ""
    garments: bool = True
    seen: list[schemas.Garment] = field(default_factory=lambda: [*SEEN])
    """The garments in every photo."""
    sold_out: list[str] = field(default_factory=list)
    """Ids of items that the rules do not let be shown."""
    unlike: bool = False
    """Whether nothing in the shop is like a photo."""
    events: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path with query, and body of every request to the API."""

    def __post_init__(self) -> None:
        self.items: list[schemas.Item] = []
        self.drawn: dict[str, Drawn] = {}
        for n in range(N_PRODUCTS):
            kind = KINDS[(n * 7) % len(KINDS)]
            for c in range(COLOURS_EACH):
                colour = COLOURS[(n * 5 + c * 3) % len(COLOURS)]
                item_id = f"0{n + 500:06d}{c + 1:03d}"
                texture = list(TEXTURES)[n % len(TEXTURES)]
                self.drawn[item_id] = Drawn(kind.shape, colour.rgb, texture, n)
                self.items.append(
                    schemas.Item(
                        id=item_id,
                        name=f"{LETTERS[n % len(LETTERS)]} {kind.name.lower()}",
                        product=f"{n + 500:06d}",
                        attributes={
                            "kind": kind.name,
                            "kind_group": kind.group,
                            "colour": colour.name,
                            "pattern": texture.title(),
                            "audience": ("Ladieswear", "Menswear", "Divided")[n % 3],
                        },
                        price=None if n % 17 == 5 else round(kind.price * (0.8 + n % 5 / 10), 2),
                        picture=None if n % 13 == 4 else f"/pictures/{item_id}",
                    )
                )
        self.by_id = {item.id: item for item in self.items}

    def listed(
        self, items: Sequence[schemas.Item], strategy: str = "stored", **more: Any
    ) -> schemas.Listed:
        """Give a list with reasons."""
        if self.empty:
            items = []
        shown = []
        for place, item in enumerate(items):
            text, source = REASONS[place % len(REASONS)]
            parts = {"days_since_sold": 0.8 - place / 20, "age_share": -0.31, "price_gap": 0.12}
            reason = schemas.Reason(
                text=text,
                source=source,
                because=self.items[0].id if place % 4 == 0 else None,
                parts=parts if more.get("explain") else None,
            )
            shown.append(
                schemas.Shown(
                    **item.model_dump(), rank=place + 1, score=1 - place / 100, reason=reason
                )
            )
        return schemas.Listed(
            release="20200923-made-up",
            strategy=strategy,
            fallback=self.fallback,
            degraded=self.degraded,
            notes=[],
            items=shown,
        )

    def found(
        self, words: str, filters: Sequence[str], k: int, spelling: bool = True
    ) -> schemas.Found:
        """Search by the words of names and attributes."""
        typed = words.lower().split()
        corrections = {"dres": "dress"} if spelling and "dres" in typed else {}
        wanted = [word for word in typed if word not in corrections]
        pool = [item for item in self.items if fits(item, filters)]
        if not any("zzz" in word for word in wanted):
            named = [item for item in pool if all(word in text_of(item) for word in wanted)]
            pool = named or pool
        else:
            pool = []
        notes = [f"“{one}” was read as “{used}”" for one, used in corrections.items()]
        if not pool:
            notes = ["nothing was close enough to these words"]
        colours = {colour.name for colour in COLOURS}
        listed = self.listed(pool[:k], "words + vectors (catalogue), exact")
        known = [name for name in colours if name.lower() in words.lower()]
        return schemas.Found(
            **listed.model_dump() | {"notes": notes},
            understood={"colour": known} if known else {},
            corrections=corrections,
        )

    def facets(self) -> schemas.Facets:
        """Count the attributes."""
        facets = []
        for name in self.items[0].attributes:
            counts: dict[str, int] = {}
            for item in self.items:
                value = item.attributes[name]
                counts[value] = counts.get(value, 0) + 1
            values = [
                schemas.FacetValue(value=value, count=count)
                for value, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
            ]
            facets.append(schemas.Facet(name=name, values=values))
        prices = [item.price for item in self.items if item.price is not None]
        return schemas.Facets(
            facets=facets,
            least_price=min(prices),
            highest_price=max(prices),
            price_unit=self.price_unit,
            garments=self.garments,
        )

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        """Give the body of the answer; None: there is no such path."""
        k = int(query.get("k", ["12"])[0])
        parts = [unquote(part) for part in path.strip("/").split("/")]
        match method, parts:
            case "GET", ["recommendations"]:
                filters = query.get("filter", [])
                placement = query.get("placement", ["home"])[0]
                start = {"new": 40, "trending": 80, "basket": 120}.get(placement, 0)
                pool = [item for item in self.items if fits(item, filters)]
                if not filters:
                    pool = pool[start::COLOURS_EACH] + pool[:start]
                gone = {one["item_id"] for one in self.events if one["kind"] == "hide"}
                pool = [item for item in pool if item.id not in gone]
                return self.listed(pool[:k], "live", explain="explain" in query)
            case "GET", ["items", item_id] if item_id in self.by_id:
                item = self.by_id[item_id]
                variants = [one for one in self.items if one.product == item.product]
                text = (
                    f"{item.name} in a soft cloth that keeps its form. Machine wash at 40 degrees."
                )
                return schemas.ItemPage(
                    **item.model_dump(),
                    description=text,
                    variants=variants,
                    available=item_id not in self.sold_out,
                )
            case "GET", ["items", item_id, "similar" | "goes-with"] if item_id in self.by_id:
                at = self.items.index(self.by_id[item_id])
                step = 1 if parts[2] == "similar" else 10
                near = [self.items[(at + n * step) % len(self.items)] for n in range(1, k + 1)]
                return self.listed(near, "stored")
            case "POST", ["search"]:
                found = self.found(
                    body.get("words", ""),
                    body.get("filters", []),
                    int(body["k"]),
                    body.get("spelling", True),
                )
                far = "nothing looks much like the photo: the nearest has 0.38"
                return found.model_copy(update={"notes": [far]}) if self.unlike else found
            case "POST", ["garments"] if self.garments:
                return schemas.Garments(garments=self.seen)
            case "GET", ["suggest"]:
                typed = query.get("q", [""])[0].lower()
                texts = dict.fromkeys(
                    text
                    for item in self.items
                    for text in [f"{item.attributes['colour']} {item.attributes['kind']}".lower()]
                    if typed in text
                )
                offers = [schemas.Suggestion(text=text, kind="query") for text in list(texts)[:5]]
                offers += [
                    schemas.Suggestion(text=item.name, kind="item", item=item.id)
                    for item in self.items
                    if item.name.lower().startswith(typed)
                ][:3]
                return schemas.Suggestions(suggestions=offers)
            case "GET", ["facets"]:
                return self.facets()
            case "GET", ["users"]:
                notes = ("24 bought, mostly dresses", "7 bought, mostly trousers", "31 bought")
                return {
                    "users": [
                        {"id": f"user-{n}", "bought": 10 + n, "note": note}
                        for n, note in enumerate(notes)
                    ]
                }
            case "POST", ["events"]:
                known = {one["event_id"] for one in self.events}
                new = [one for one in body["events"] if one["event_id"] not in known]
                for one in new:
                    schemas.Event.model_validate(one)
                self.events += new
                repeated = len(body["events"]) - len(new)
                return schemas.Taken(accepted=len(new), repeated=repeated, rejected=[])
            case "GET", ["lab-data"]:
                return self.lab()
            case "GET", ["lab-data", "users", user_id] if user_id.startswith("user-"):
                return self.lab_user(user_id)
            case "DELETE", ["users", _]:
                n_events = len(self.events)
                self.events.clear()
                return schemas.Forgotten(events=n_events, stored_list=True)
        return None

    def lab(self) -> lab_schemas.Lab:
        """Make up what an engineer looks at."""
        models = ("modiste", "popular 7 days", "own history + popular")
        weeks = ["2020-08-26", "2020-09-02", "2020-09-09", "2020-09-16"]
        scores = {name: 0.14 / (n + 1) for n, name in enumerate(models)}
        sources = ("bought_together", "popular_age", "similar_pictures", "repurchase")
        releases = [
            lab_schemas.LabRelease(
                name=f"202009{day}-made-up",
                current=day == 23,
                as_of=f"2020-09-{day}",
                dataset="20200922-made-up",
                figures={"pool_recall": 0.8 + day / 1000, "n_features": 84, "n_rows": 165417},
            )
            for day in (16, 23)
        ]
        return lab_schemas.Lab(
            releases=releases,
            courses=[
                lab_schemas.LabCourse(
                    title="MAP@12",
                    times=weeks,
                    lines={
                        name: [score * (1 + n / 20) for n in range(4)]
                        for name, score in scores.items()
                    },
                )
            ],
            models=table(
                "Models",
                {
                    name: {"MAP@12": s, "MAP@12_low": s * 0.9, "MAP@12_high": s * 1.1}
                    for name, s in scores.items()
                },
            ),
            sources=table(
                "Candidate ledger",
                {
                    name: {"recall": 0.4 - n / 10, "unique_recall": 0.02 + n / 100}
                    for n, name in enumerate(sources)
                },
            ),
            importance=table(
                "Features", {f"feature_{n}": {"share": 0.3 / (n + 1)} for n in range(12)}
            ),
            search=[table("Own picture", {"bm25": {"R@10": 0.4}, "fused": {"R@10": 0.62}})],
            faults=[
                lab_schemas.LabFault(
                    what="without picture", n=14, share=0.078, examples=[self.items[12].id]
                )
            ],
            notes=[],
        )

    def lab_user(self, user_id: str) -> lab_schemas.LabUser:
        """Make up how a list comes about."""
        listed = self.listed(self.items[:6], "live", explain=True)
        order = [
            lab_schemas.LabPlace(
                **one.model_dump(),
                sources={"popular_age": 3, "bought_together": 12},
                features=dict.fromkeys(one.reason.parts or {}, 1.5),
            )
            for one in listed.items
        ]
        worn = [lab_schemas.LabWorn(item=one, day="2020-09-01") for one in self.items[30:38]]
        pool = [lab_schemas.LabSource(source="popular_age", n=40, n_alone=3)]
        pool.append(lab_schemas.LabSource(source="bought_together", n=32, n_alone=11))
        return lab_schemas.LabUser(
            user_id=user_id, wardrobe=worn, n_bought=8, pool=pool, n_pool=120, order=order
        )

    def fault(self, path: str) -> tuple[int, str, str] | None:
        """Give the fault that was ordered for a path."""
        found = [fault for begin, fault in self.faults.items() if path.startswith(begin)]
        return found[0] if found else None

    def wait(self, path: str) -> None:
        """Wait as was ordered for a path."""
        for begin, waits in self.delays.items():
            if path.startswith(begin) and waits:
                time.sleep(waits.pop(0) if len(waits) > 1 else waits[0])

    def picture(self, item_id: str, width: int) -> bytes | None:
        """Draw an item."""
        drawn = self.drawn.get(item_id)
        return None if drawn is None else draw(drawn, min(width, WIDEST))


@lru_cache(maxsize=2000)
def draw(drawn: Drawn, width: int) -> bytes:
    """Draw a picture as JPEG."""
    picture = draw_article(
        drawn.shape,
        drawn.rgb,
        drawn.texture,
        product_rng=np.random.default_rng(drawn.seed),
        width=width,
        height=width * 3 // 2,
    )
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82)
    return out.getvalue()


def table(title: str, rows: dict[str, dict[str, float]]) -> lab_schemas.LabTable:
    """Make a table of figures."""
    told = [lab_schemas.LabRow(name=name, figures=row) for name, row in rows.items()]
    return lab_schemas.LabTable(title=title, about="4 weeks, made up", rows=told)


def text_of(item: schemas.Item) -> str:
    """Give all words of an item."""
    return " ".join([item.name, *item.attributes.values()]).lower()


def fits(item: schemas.Item, filters: Sequence[str]) -> bool:
    """Whether an item meets all filters."""
    for one in filters:
        if one.startswith("price"):
            bound = float(one[7:])
            price = item.price
            if price is None or (price < bound if one[5] == ">" else price > bound):
                return False
        else:
            name, _, values = one.partition("=")
            if item.attributes.get(name) not in values.split(","):
                return False
    return True


page_files = lru_cache(read_page)
"""The built page, read and packed once."""


def handler_of(shop: FakeShop) -> type[BaseHTTPRequestHandler]:
    """Make the class that answers requests for a shop."""
    files = page_files()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Stay silent."""

        def do_GET(self) -> None:
            self.respond()

        do_POST = do_GET  # noqa: N815
        do_DELETE = do_GET  # noqa: N815

        def respond(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(length)
            wants_page = "text/html" in self.headers.get("accept", "")
            page = files.get(url.path) or (files["/index.html"] if wants_page else None)
            if self.command == "GET" and page is not None:
                fault = shop.fault("PAGE")
                if fault:
                    self.give(fault[0], b"", "text/plain")
                else:
                    packed = page.packed or page.content
                    more = {"content-encoding": "gzip"} if page.packed else {}
                    self.give(200, packed, page.media_type, page.headers | more)
                return
            query = parse_qs(url.query)
            shop.wait(url.path)
            if url.path.startswith("/pictures/"):
                width = int(query.get("width", ["320"])[0])
                picture = shop.picture(url.path.removeprefix("/pictures/"), width)
                if picture:
                    self.give(200, picture, "image/jpeg", {"cache-control": "max-age=86400"})
                else:
                    self.give_fault(404, "no such picture", "ask for another")
                return
            body = read_body(self.headers, raw)
            shop.asked.append((self.command, self.path, body))
            if shop.key and self.headers.get("authorization") != f"Bearer {shop.key}":
                self.give_fault(401, "this shop asks for a key", "send Authorization: Bearer KEY")
                return
            fault = shop.fault(url.path)
            if fault:
                self.give_fault(*fault)
                return
            answer = shop.answer(self.command, url.path, query, body)
            if answer is None:
                self.give_fault(404, "there is no such item or path", "look at the shelf")
                return
            if isinstance(answer, BaseModel):
                answer = answer.model_dump(mode="json")
            self.give(200, json.dumps(answer).encode(), "application/json")

        def give_fault(self, status: int, message: str, remedy: str) -> None:
            fault = schemas.Fault(code=f"made_{status}", message=message, remedy=remedy)
            more = {"retry-after": "3"} if status == 429 else {}
            self.give(status, fault.model_dump_json().encode(), "application/json", more)

        def give(
            self, status: int, content: bytes, kind: str, more: dict[str, str] | None = None
        ) -> None:
            self.send_response(status)
            for name, value in SECURITY_HEADERS:
                self.send_header(name.decode(), value.decode())
            for key, text in (more or {}).items():
                self.send_header(key, text)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def read_body(headers: Message, raw: bytes) -> Any:
    """Read a JSON or multipart body; of a file its size is told."""
    kind = headers.get("content-type", "")
    if kind.startswith("application/json"):
        return json.loads(raw)
    if not kind.startswith("multipart/"):
        return None
    whole = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + raw)
    body: dict[str, Any] = {}
    for part in whole.get_payload():
        assert isinstance(part, Message)
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        body[name] = content if part.get_filename() else content.decode()
    return body


class QuietServer(ThreadingHTTPServer):
    """A browser that turns away in the middle of an answer is no fault."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent."""


def serve(shop: FakeShop, port: int = 0) -> Iterator[str]:
    """Serve a shop on a free port of this machine; gives its address."""
    server = QuietServer(("127.0.0.1", port), handler_of(shop))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    for address in serve(FakeShop(), 8123):
        print(address)
        while True:
            time.sleep(60)
