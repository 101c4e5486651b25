import { render } from "preact";
import { facets } from "./api/shop";
import { App } from "./app";
import { askHomeAhead } from "./pages/home";
import { startEvents } from "./state/events";
import { startInstall } from "./state/install";
import { startPlaces } from "./state/place";
import { prices } from "./state/prices";
import { applyTheme } from "./state/session";
import { startWishes } from "./state/wishes";
import "./style/base.css";
import "./style/controls.css";
import "./style/frame.css";
import "./style/messages.css";
import "./style/shop.css";
import "./style/item.css";
import "./style/find.css";
import "./style/photo.css";

applyTheme();
if (location.pathname === "/") askHomeAhead();
// Home asks what the shop can be narrowed by; elsewhere its prices are to be learned first.
else if (prices.get().places === null) facets().catch(() => undefined);
startPlaces();
startEvents();
startWishes();
startInstall();
render(<App />, document.getElementById("page")!);
