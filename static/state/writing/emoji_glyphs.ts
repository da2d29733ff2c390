/** Whether this device can draw an emoji: its fonts may be older than the emoji, and an empty box helps nobody. */

const SIZE = 24;
/** No font has this one. */
const UNKNOWN = "\u{1FFFE}";
/** What is joined of several is one picture, or its parts side by side where the font has no such picture. */
const WIDER = 1.4;
const JOINER = "\u200d";
const PLAIN = "😀";

const known = new Map<string, boolean>();
let drawing: { context: OffscreenCanvasRenderingContext2D; unknown: string; width: number } | undefined;

export function hasGlyph(symbol: string): boolean {
  const before = known.get(symbol);
  if (before !== undefined) return before;
  const has = draws(symbol);
  known.set(symbol, has);
  return has;
}

function draws(symbol: string): boolean {
  drawing ??= begin();
  const { context, unknown, width } = drawing;
  const parts = symbol.split(JOINER).filter((part) => part !== "");
  return context.measureText(symbol).width <= width * WIDER &&
    parts.every((part) => pixels(context, part) !== unknown);
}

function begin(): NonNullable<typeof drawing> {
  const context = new OffscreenCanvas(SIZE, SIZE).getContext("2d", { willReadFrequently: true })!;
  context.font = `${SIZE * 0.75}px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "top";
  return { context, unknown: pixels(context, UNKNOWN), width: context.measureText(PLAIN).width };
}

function pixels(context: OffscreenCanvasRenderingContext2D, symbol: string): string {
  context.clearRect(0, 0, SIZE, SIZE);
  context.fillText(symbol, 0, 2);
  return context.getImageData(0, 0, SIZE, SIZE).data.join();
}
