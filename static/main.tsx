/** The web page's entry: starts the page and resumes the session that this browser has kept. */

import "./style/page.css";
import { render } from "preact";
import { resumeSession } from "./state/session.ts";
import { App } from "./view/app.tsx";

resumeSession();
render(<App />, document.getElementById("app")!);
