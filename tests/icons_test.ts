/** The icons of the installed page. They lie there drawn; PARLEY_DRAW_ICONS=1 draws them again. */

import assert from "node:assert/strict";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

const ASSETS = new URL("../static/assets/", import.meta.url);
/** By drawing and width in pixels. */
const ICONS = [
  { from: "icon.svg", to: "icon-192.png", width: 192 },
  { from: "icon.svg", to: "icon-512.png", width: 512 },
  { from: "icon-maskable.svg", to: "icon-maskable-512.png", width: 512 },
  { from: "icon-maskable.svg", to: "apple-touch-icon.png", width: 180 },
] as const;

async function draw(from: string, width: number): Promise<Uint8Array> {
  const image = new Resvg(await Deno.readTextFile(new URL(from, ASSETS)), {
    fitTo: { mode: "width", value: width },
  });
  try {
    return image.render().asPng();
  } finally {
    image.free();
  }
}

Deno.test("the icons that lie there are what their drawings give", async () => {
  await initWasm(await Deno.readFile(new URL(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))));
  for (const { from, to, width } of ICONS) {
    const drawn = await draw(from, width);
    if (Deno.env.has("PARLEY_DRAW_ICONS")) await Deno.writeFile(new URL(to, ASSETS), drawn);
    const lying = await Deno.readFile(new URL(to, ASSETS));
    assert.deepEqual(lying, drawn, `${to}: run with PARLEY_DRAW_ICONS=1`);
  }
});
