/** A server with a past: people, a device, a model and what they said, for whoever wants to look at the page. */

import { type Clock, SYSTEM_CLOCK } from "../../server/clock.ts";
import type { TestServer } from "../test_server.ts";
import type { LineClient } from "../line_client.ts";

/** By how much the server's clock is behind, for what is said in the past. */
let behindMs = 0;
/** What the scene's server goes by. */
export const SCENE_CLOCK: Clock = { ...SYSTEM_CLOCK, now: () => Date.now() - behindMs };

/** Whoever looks signs in with this name. */
export const READER = "ada";

const CODE = [
  "The rule is small:",
  "```ts",
  "function median(values: number[]): number {",
  "  const sorted = values.toSorted((a, b) => a - b); // and the one in the middle",
  "  return sorted[Math.floor(sorted.length / 2)] ?? NaN;",
  "}",
  "```",
  "It needs *one* pass more than the mean.",
].join("\n");

const LIST =
  "Before Friday:\n\n1. mend the **pump**\n2. read the `log` of last night\n3. tell the neighbours\n\n> It was loud again.\n\nSee https://deno.com/blog for how they do it.";

/** Says what there is to see; what it returns stays connected. */
export async function setScene(server: TestServer): Promise<readonly LineClient[]> {
  const bot = async (name: string) =>
    await server.json(name, { token: await server.chat.accounts.botToken(name) });
  const [grace, linus, noor, thermometer, openai] = [
    await server.json("grace"),
    await server.json("linus"),
    await server.json("noor"),
    await bot("thermometer1"),
    await bot("openai"),
  ];
  for (const room of ["#garden", "#reading-group", "#a-room-with-quite-a-long-name-of-its-own"]) {
    await grace.command(`/join ${room}`);
  }
  const reader = await server.json(READER);
  await reader.command("/join #garden");
  await reader.command("/join #reading-group");
  await reader.command("/subscribe thermometer1");
  await grace.say("#general", "Good morning! The new sensor is on the roof.");
  await grace.say("#general", "It speaks to us every minute.");
  await linus.say("#general", LIST);
  await reader.say("#general", "I can take the pump. @grace do you have the long ladder?");
  await grace.say("#general", "Yes, behind the shed.");
  await noor.say("#general", "مرحبا بالجميع، أصل بعد ساعة ومعي الأدوات.");
  await linus.say("#general", CODE);
  const asked = await reader.command("/ask Why not the mean?", { destination: "#general" });
  await openai.say(
    "#general",
    "The median is less moved by single wild readings than the mean, so one broken sensor does not spoil the picture.",
    { metadata: { answer_to: asked.metadata.seq } },
  );
  await reader.say("#general", "ok 👍");
  await grace.say(READER, "Shall we look at the numbers after lunch?");
  await reader.say("grace", "Gladly. Half past one?");
  await grace.say(READER, "Perfect, see you at the big table.");
  await linus.say("#garden", "The tomatoes are in.");
  await linus.say("#garden", "@ada could you water them tonight?");
  await reader.say("openai", "What is a median?");
  await openai.say(
    READER,
    "The value in the middle, once all values are **in order**. With an even count, the mean of the two in the middle.",
  );
  await measure(thermometer);
  await reader.close();
  return [grace, linus, noor, thermometer, openai];
}

/** An hour of a thermometer's readings up to now, with a gap. */
async function measure(thermometer: LineClient): Promise<void> {
  for (let minute = 55; minute >= 0; minute--) {
    if (minute > 30 && minute < 38) continue;
    behindMs = minute * 60_000;
    const celsius = Math.round(210 + 20 * Math.sin(minute / 9) + 3 * Math.sin(minute)) / 10;
    const metadata = { celsius, unit: "°C", low: 18.8, high: 23.2 };
    await thermometer.say("", `${celsius.toFixed(1)} °C`, { type: "subscription", metadata });
  }
}
