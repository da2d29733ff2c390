/** The web page's entry: starts the page and resumes the session that this browser has kept. */

import "./style/page.css";
import { options, render } from "preact";
import { holdShell } from "./install.ts";
import { applyAppearance } from "./state/appearance.ts";
import { resumeSession } from "./state/session.ts";
import { Entrance } from "./view/entrance.tsx";

const UNSEEN_DRAW_MS = 250;

/** Many messages can come between two frames: the page is drawn once for all of them. Pages that are not seen have no frames. */
options.debounceRendering = (draw) => {
  const drawOnce = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    draw();
  };
  const frame = requestAnimationFrame(drawOnce);
  const timer = setTimeout(drawOnce, UNSEEN_DRAW_MS);
};

applyAppearance();
resumeSession();
// In a task of its own: the browser can do something else before.
setTimeout(() => render(<Entrance />, document.getElementById("app")!));
holdShell();
