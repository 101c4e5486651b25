import { render } from "preact";
import { App } from "./app";
import { startEvents } from "./state/events";
import { startInstall } from "./state/install";
import { startPlaces } from "./state/place";
import { applyTheme } from "./state/session";
import { startWishes } from "./state/wishes";
import "./style/base.css";
import "./style/shop.css";
import "./style/find.css";
import "./style/photo.css";

applyTheme();
startPlaces();
startEvents();
startWishes();
startInstall();
render(<App />, document.getElementById("page")!);
