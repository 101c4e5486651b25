"""Search by photo: every way in, the frame by pointer and keys, words added."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.web.conftest import DESKTOP, check_access, see, until
from tests.web.fake_shop import FakeShop

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A photo of 1600 × 1200, lying on its side: its EXIF says to turn it."""
    picture = Image.new("RGB", (1600, 1200), (225, 220, 214))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((300, 300, 1300, 900), fill=(150, 20, 40))
    pen.rectangle((0, 0, 120, 120), fill=(0, 0, 255))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a secret place"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def searches(shop: FakeShop) -> list[dict[str, Any]]:
    return [body for method, path, body in shop.asked if (method, path) == ("POST", "/search")]


def choose(page: Any, photo: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> None:
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": kind, "buffer": photo}
    )


def wait_for_searches(page: Any, shop: FakeShop, n: int) -> list[dict[str, Any]]:
    until(page, lambda: len(searches(shop)), n)
    return searches(shop)


def test_a_file_is_made_small_upright_and_bare_before_it_is_sent(
    open_page: Open, shop: FakeShop, photo: bytes
) -> None:
    page = open_page("/photo", viewport=DESKTOP)
    choose(page, photo)
    page.get_by_text("24 items that look like it").wait_for()
    sent = Image.open(io.BytesIO(wait_for_searches(page, shop, 1)[0]["photo"]))
    assert sent.size == (768, 1024)
    assert not sent.getexif()
    assert b"secret" not in searches(shop)[0]["photo"]
    blue = sent.convert("RGB").getpixel((760, 8))
    assert isinstance(blue, tuple)
    assert blue[2] > 200
    assert blue[0] < 60
    assert "crop" not in searches(shop)[0]
    check_access(page, "photo results")
    see(page, "photo-desktop", whole=False)


def test_pasted_anywhere_it_is_looked_for(open_page: Open, shop: FakeShop, photo: bytes) -> None:
    page = open_page("/")
    page.get_by_role("list", name="Your shelf").wait_for()
    give(page, photo, "paste")
    page.get_by_text("24 items that look like it").wait_for()
    assert page.url.endswith("/photo")


def test_dropped_anywhere_it_is_looked_for(open_page: Open, shop: FakeShop, photo: bytes) -> None:
    page = open_page("/liked")
    page.get_by_role("heading", level=1).wait_for()
    give(page, photo, "drop")
    page.get_by_text("24 items that look like it").wait_for()
    see(page, "photo-phone")


def give(page: Any, photo: bytes, way: str) -> None:
    page.evaluate(
        """([text, way]) => {
          const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], 'photo.jpg', {type: 'image/jpeg'}));
          const event = way === 'paste'
            ? new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})
            : new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true});
          document.body.dispatchEvent(event);
        }""",
        [base64.b64encode(photo).decode(), way],
    )


def test_a_picture_of_the_shop_will_do(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/photo")
    page.get_by_role("button", name="Look for what is like ").first.wait_for()
    check_access(page, "examples")
    page.get_by_role("button", name="Look for what is like ").first.click()
    page.get_by_role("list", name="Found").wait_for()
    assert any(path == "/search" and body.get("photo") for _, path, body in shop.asked)


def test_the_camera_takes_one(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/photo")
    page.get_by_role("button", name="Take a photo").click()
    page.get_by_role("button", name="Take the photo").wait_for()
    page.wait_for_timeout(800)
    see(page, "camera", whole=False)
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_text("24 items that look like it").wait_for()
    sent = Image.open(io.BytesIO(searches(shop)[0]["photo"]))
    assert max(sent.size) <= 1024
    assert len(set(sent.resize((16, 16)).convert("L").tobytes())) > 4, "the camera's picture"


def test_without_a_camera_it_says_why_and_offers_another_way(
    browser: Any, shop: FakeShop, address: str
) -> None:
    context = browser.new_context(base_url=address, service_workers="block")
    page = context.new_page()
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => "
        "Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    page.goto("/photo")
    page.get_by_role("button", name="Take a photo").click()
    page.get_by_text("The camera is not allowed for this page").wait_for()
    page.get_by_text("Use the camera app").wait_for()
    check_access(page, "no camera")
    see(page, "camera-refused")
    context.close()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"this is a text", "no picture that can be read"), (b"", "no picture that can be read")],
)
def test_what_is_no_picture_is_told_and_the_page_goes_on(
    open_page: Open, shop: FakeShop, photo: bytes, content: bytes, said: str
) -> None:
    page = open_page("/photo")
    choose(page, content)
    page.get_by_text(said).wait_for()
    see(page, "no-picture")
    choose(page, photo)
    page.get_by_text("24 items that look like it").wait_for()
    assert page.get_by_text(said).count() == 0


def test_the_frame_by_pointer(open_page: Open, shop: FakeShop, photo: bytes) -> None:
    page = open_page("/photo", viewport=DESKTOP)
    choose(page, photo)
    wait_for_searches(page, shop, 1)
    page.locator(".crop-field img").wait_for()
    field = page.locator(".crop-field").bounding_box()
    x, y = field["x"], field["y"]
    corner = page.locator(".crop-corner.right.bottom").bounding_box()
    page.mouse.move(corner["x"] + 40, corner["y"] + 40)
    page.mouse.down()
    page.mouse.move(corner["x"] + 40 - field["width"] / 2, corner["y"] + 40 - field["height"] / 2)
    assert len(searches(shop)) == 1, "it looks again when the frame is let go"
    page.mouse.up()
    left, top, right, bottom = crop_of(wait_for_searches(page, shop, 2)[1])
    assert (left, top) == (0, 0)
    assert right == pytest.approx(0.5, abs=0.01)
    assert bottom == pytest.approx(0.5, abs=0.01)
    page.mouse.move(x + field["width"] / 4, y + field["height"] / 4)
    page.mouse.down()
    page.mouse.move(x + field["width"], y + field["height"], steps=4)
    page.mouse.up()
    crop = crop_of(wait_for_searches(page, shop, 3)[2])
    assert crop == pytest.approx((0.5, 0.5, 1, 1), abs=0.01), "it stays within the picture"
    see(page, "frame", whole=False)


def crop_of(body: dict[str, Any]) -> tuple[float, ...]:
    return tuple(float(text) for text in body["crop"].split(","))


def test_the_frame_by_touch(open_page: Open, shop: FakeShop, photo: bytes) -> None:
    page = open_page("/photo", has_touch=True, is_mobile=True)
    choose(page, photo)
    wait_for_searches(page, shop, 1)
    corner = page.locator(".crop-corner.left.top")
    corner.scroll_into_view_if_needed()
    box = corner.bounding_box()
    field = page.locator(".crop-field").bounding_box()
    session = page.context.new_cdp_session(page)
    x, y = box["x"] + 10, box["y"] + 10
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x + field["width"] * 0.3, "y": y + field["height"] * 0.2}]),
        ("touchEnd", []),
    ):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    crop = crop_of(wait_for_searches(page, shop, 2)[1])
    assert crop == pytest.approx((0.3, 0.2, 1, 1), abs=0.03)


def test_the_frame_by_keys(open_page: Open, shop: FakeShop, photo: bytes) -> None:
    page = open_page("/photo", viewport=DESKTOP)
    choose(page, photo)
    wait_for_searches(page, shop, 1)
    page.get_by_role("button", name="Size the frame at the bottom right").focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Shift+ArrowUp")
    crop = crop_of(wait_for_searches(page, shop, 2)[1])
    assert crop == pytest.approx((0, 0, 0.7, 0.7), abs=0.001)
    page.keyboard.press("Shift+Tab")
    page.get_by_role("button", name="Move the frame").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    crop = crop_of(wait_for_searches(page, shop, 3)[2])
    assert crop == pytest.approx((0.02, 0.02, 0.72, 0.72), abs=0.001)
    page.get_by_text("it is 70 % wide and 70 % high").wait_for(state="attached")
    page.get_by_role("button", name="Whole picture").click()
    page.get_by_text("The frame holds the whole picture").wait_for(state="attached")
    page.get_by_text("24 items that look like it").wait_for()
    assert len(searches(shop)) == 3, "the whole picture was looked for before"


def test_found_garments_are_frames_at_one_tap(
    open_page: Open, shop: FakeShop, photo: bytes
) -> None:
    page = open_page("/photo")
    choose(page, photo)
    page.get_by_role("button", name="The lower garment", exact=True).click()
    crop = crop_of(wait_for_searches(page, shop, 2)[1])
    assert crop == pytest.approx((0.2, 0.5, 0.8, 1))
    page.get_by_role("button", name="shirt", exact=True).click()
    assert crop_of(wait_for_searches(page, shop, 3)[2]) == pytest.approx((0.1, 0.05, 0.9, 0.5))
    assert not page.get_by_text("0.81").is_visible(), "figures are for who asks for them"
    page.get_by_text("For engineers").click()
    page.get_by_text("shirt 0.81, there 0.97; sleeve long 0.93").wait_for()
    check_access(page, "garments")
    see(page, "photo-garments")


def test_a_photo_without_a_garment_says_so_quietly(
    open_page: Open, shop: FakeShop, photo: bytes
) -> None:
    shop.seen = []
    page = open_page("/photo")
    choose(page, photo)
    page.get_by_text("No garment was made out.").wait_for()
    page.get_by_text("24 items that look like it").wait_for()
    assert page.get_by_text("For engineers").count() == 0


def test_where_garments_are_not_found_nobody_asks_for_them(
    open_page: Open, shop: FakeShop, photo: bytes
) -> None:
    shop.garments = False
    page = open_page("/photo")
    failed: list[str] = []
    page.on("response", lambda one: failed.append(one.url) if one.status >= 400 else None)
    choose(page, photo)
    page.get_by_text("24 items that look like it").wait_for()
    page.wait_for_load_state("networkidle")
    assert not [path for _, path, _ in shop.asked if path == "/garments"]
    assert any(path == "/facets" for _, path, _ in shop.asked), "the shop was asked what it offers"
    assert failed == []


def test_nothing_like_the_photo_is_said_once_and_in_plain_words(
    open_page: Open, shop: FakeShop, photo: bytes
) -> None:
    shop.unlike = True
    page = open_page("/photo")
    choose(page, photo)
    page.get_by_text("Nothing here looks much like it. The nearest:").wait_for()
    assert page.locator(".results article").count() == 24
    assert page.get_by_text("items that look like it").count() == 0
    assert page.get_by_text("0.38").count() == 0
    check_access(page, "nothing like it")
    see(page, "photo-far", whole=False)


def test_words_and_photo_together_and_back(open_page: Open, shop: FakeShop, photo: bytes) -> None:
    page = open_page("/photo", viewport=DESKTOP)
    choose(page, photo)
    wait_for_searches(page, shop, 1)
    page.get_by_label("What should be different?").fill("in red")
    page.get_by_role("button", name="Look", exact=True).click()
    body = wait_for_searches(page, shop, 2)[1]
    assert body["words"] == "in red"
    assert body["weight"] == "0.5"
    page.get_by_role("slider").press("ArrowRight")
    assert wait_for_searches(page, shop, 3)[2]["weight"] == "0.6"
    page.locator(".results .tile-link").first.click()
    page.get_by_role("button", name="Add to basket").wait_for()
    page.go_back()
    page.locator(".crop-field img").wait_for()
    assert page.get_by_label("What should be different?").input_value() == "in red"


def test_a_slow_search_can_be_stopped(open_page: Open, shop: FakeShop, photo: bytes) -> None:
    shop.delays["/search"] = [3.0]
    page = open_page("/photo")
    choose(page, photo)
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped.").wait_for()
    page.get_by_role("button", name="Look after all").click()
    page.get_by_text("24 items that look like it").wait_for()


def test_where_pictures_cannot_be_searched_words_still_can(
    open_page: Open, shop: FakeShop, photo: bytes
) -> None:
    shop.faults["/search"] = (503, "no encoder is at work", "search by words")
    page = open_page("/photo")
    choose(page, photo)
    page.get_by_text("No encoder is at work").wait_for()
    page.get_by_role("link", name="browse the shop").wait_for()
    check_access(page, "photo fault")
    see(page, "photo-fault")
