/** The web page's entry: starts the page and resumes the session that this browser has kept. */

import "./style/page.css";
import { options, render } from "preact";
import { resumeSession } from "./state/session.ts";
import { App } from "./view/app.tsx";

const HIDDEN_DRAW_MS = 250;

/** Many messages can come between two frames: the page is drawn once for all of them. Hidden pages have no frames. */
options.debounceRendering = (draw) => {
  if (document.visibilityState === "visible") requestAnimationFrame(draw);
  else setTimeout(draw, HIDDEN_DRAW_MS);
};

resumeSession();
render(<App />, document.getElementById("app")!);
