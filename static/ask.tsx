/** The entry of `/ask`: a visitor asks the AI at once, as a guest. */

import "./style/page.css";
import "./style/ask.css";
import { render } from "preact";
import { whenIdle } from "./idle.ts";
import { holdShell, keepShell } from "./install.ts";
import { applyAppearance } from "./state/appearance.ts";
import { Asking } from "./state/services/asking.ts";
import { AskPage } from "./view/ask/ask_page.tsx";

applyAppearance();
const asking = new Asking();
asking.start();
addEventListener("online", () => asking.retryNow());
render(<AskPage asking={asking} />, document.getElementById("app")!);
holdShell();
whenIdle(keepShell);
