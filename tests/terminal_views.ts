/** The views of the terminal client, for alice at one moment. */

import { COLOR_STYLE, PLAIN_STYLE } from "../client/terminal_style.ts";
import { localTimestamp, PipeView, ScreenView } from "../client/terminal_view.ts";
import { TIME } from "./scripted_server.ts";

export const CLOCK = localTimestamp(TIME).slice(11, 16);
export const VIEWER = { user: "alice", now: () => new Date(TIME) };
export const plain = new ScreenView(PLAIN_STYLE, VIEWER);
export const colored = new ScreenView(COLOR_STYLE, VIEWER);
export const piped = new PipeView(VIEWER);
