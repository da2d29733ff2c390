import assert from "node:assert/strict";
import { HIGHEST_CELSIUS, LOWEST_CELSIUS, TemperatureSensor } from "../bots/temperature_sensor.ts";
import { startThermometer } from "../bots/thermometer.ts";
import { BotWorld, stopping } from "./bot_world.ts";
import { FakeClock } from "./fake_clock.ts";

const INTERVAL_MS = 100_000;
const DAY_MS = 24 * 60 * 60 * 1000;

function start(world: BotWorld, random = () => 0.3) {
  return stopping(startThermometer({ ...world.options, random }));
}

/** A thermometer that has just published its first reading. */
async function published(clock: FakeClock, world: BotWorld) {
  const bot = start(world);
  await bot.ready;
  clock.advance(0);
  const first = await world.next();
  await roundTrip(world);
  return { bot, first };
}

/** All that was said before has been heard when this resolves, on both sides; fails where there was a reading. */
async function roundTrip(world: BotWorld) {
  world.tell("alice", "help");
  assert.equal((await world.next()).type, "chat");
}

/** The reading that is due when so much time has passed. */
async function nextReading(clock: FakeClock, world: BotWorld, ms = INTERVAL_MS) {
  clock.advance(ms - 1);
  await roundTrip(world);
  clock.advance(1);
  const reading = await world.next();
  assert.equal(reading.type, "subscription");
  await roundTrip(world);
  return reading;
}

function readings(world: BotWorld) {
  return world.messages.filter(({ type }) => type === "subscription");
}

Deno.test("the thermometer publishes at once when it is new, and then every 100 s", async () => {
  const clock = new FakeClock();
  await using world = new BotWorld("thermometer1", clock);
  const { bot, first } = await published(clock, world);
  await using _ = bot;
  assert.equal(first.type, "subscription");
  assert.match(first.message, /^\d\d\.\d °C$/);
  assert.equal(first.metadata.unit, "°C");
  assert.equal(first.message, `${(first.metadata.celsius as number).toFixed(1)} °C`);
  await nextReading(clock, world);
  await nextReading(clock, world);
});

Deno.test("a thermometer that starts again keeps to the beat of its last reading", async () => {
  const clock = new FakeClock();
  await using world = new BotWorld("thermometer1", clock);
  const { bot } = await published(clock, world);
  await bot.stop();
  clock.advance(30_000);
  await using again = start(world);
  await again.ready;
  await nextReading(clock, world, INTERVAL_MS - 30_000);
});

Deno.test("the range so far outlives a restart", async () => {
  const clock = new FakeClock();
  await using world = new BotWorld("thermometer1", clock);
  const { bot, first } = await published(clock, world);
  for (let i = 0; i < 20; i++) await nextReading(clock, world);
  const given = readings(world).map(({ metadata }) => metadata.celsius as number);
  await bot.stop();
  await using again = start(world);
  await again.ready;
  world.tell("alice", "range");
  const range = await world.next();
  assert.equal(range.metadata.low, Math.min(...given));
  assert.equal(range.metadata.high, Math.max(...given));
  assert.notEqual(range.metadata.low, range.metadata.high);
  assert.ok(range.message.includes(`Published so far: ${Math.min(...given).toFixed(1)} °C`));
  assert.deepEqual([range.metadata.lowest, range.metadata.highest], [LOWEST_CELSIUS, HIGHEST_CELSIUS]);
  assert.equal(first.metadata.low, first.metadata.celsius);
});

Deno.test("a feed whose last message is no reading does no harm", async () => {
  const clock = new FakeClock();
  await using world = new BotWorld("thermometer1", clock);
  world.messages.push({
    type: "subscription",
    sender: "thermometer1",
    destination: "",
    message: "hello",
    timestamp: "never",
    metadata: { celsius: "hot", low: {}, high: -1e9 },
    seq: 1,
  });
  const { bot, first } = await published(clock, world);
  await using _ = bot;
  assert.equal(first.metadata.low, first.metadata.celsius);
});

Deno.test("reboot answers, publishes at once, and starts the clock again", async () => {
  const clock = new FakeClock();
  await using world = new BotWorld("thermometer1", clock);
  const { bot } = await published(clock, world);
  await using _ = bot;
  clock.advance(60_000);
  const asked = world.tell("alice", " Reboot ");
  const answer = await world.next();
  assert.equal(answer.destination, "alice");
  assert.equal(answer.id, `answer-${asked.seq}`);
  assert.equal(answer.metadata.answer_to, asked.seq);
  assert.equal((await world.next()).type, "subscription");
  await roundTrip(world);
  await nextReading(clock, world);
});

Deno.test("now tells the temperature and publishes nothing; other words get help", async () => {
  const clock = new FakeClock();
  await using world = new BotWorld("thermometer1", clock);
  const { bot } = await published(clock, world);
  await using _ = bot;
  world.tell("alice", "now");
  const now = await world.next();
  assert.equal(now.type, "chat");
  assert.match(now.message, /^\d\d\.\d °C$/);
  world.tell("alice", "help");
  const help = await world.next();
  assert.match(help.message, /now, range, reboot, subscribe, unsubscribe/);
  assert.deepEqual(help.metadata.commands, ["now", "range", "reboot"]);
  for (const command of help.metadata.commands as string[]) {
    world.tell("alice", command);
    assert.doesNotMatch((await world.next()).message, /I do not know that word/);
  }
  world.tell("alice", "make coffee");
  assert.match((await world.next()).message, /^I do not know that word\..*reboot/);
});

Deno.test("the thermometer answers neither bots, nor rooms, nor what is older than 10 minutes", async () => {
  const clock = new FakeClock();
  await using world = new BotWorld("thermometer1", clock);
  const { bot } = await published(clock, world);
  await using _ = bot;
  world.tell("openai", "now", { bot: true });
  world.ask("#general", "alice", "now");
  world.say("#general", "alice", "now");
  world.tell("bob", "now");
  assert.equal((await world.next()).destination, "bob");
  world.isDeaf = true;
  world.tell("carol", "now");
  world.drop();
  clock.advance(10 * 60_000 + 1);
  world.isDeaf = false;
  const seq = world.messages.length + 1;
  for (let message = await world.next();; message = await world.next()) {
    assert.notEqual(message.destination, "carol");
    if (message.type === "subscription" && message.seq! >= seq) break;
  }
});

Deno.test("during an outage the thermometer keeps one reading, not one for each interval", async () => {
  const clock = new FakeClock();
  await using world = new BotWorld("thermometer1", clock);
  const { bot } = await published(clock, world);
  await using _ = bot;
  world.isDeaf = true;
  clock.advance(INTERVAL_MS * 50);
  world.isDeaf = false;
  assert.equal((await world.next()).type, "subscription");
  world.tell("alice", "help");
  assert.equal((await world.next()).type, "chat");
  assert.equal(readings(world).length, 2);
});

Deno.test("the sensor stays within its bounds and moves like a temperature", () => {
  const sensor = new TemperatureSensor(Math.random, 0);
  let last = sensor.measure(0);
  for (let at = INTERVAL_MS; at < 10 * DAY_MS; at += INTERVAL_MS) {
    const celsius = sensor.measure(at);
    assert.ok(celsius >= LOWEST_CELSIUS && celsius <= HIGHEST_CELSIUS, `${celsius} °C`);
    assert.ok(Math.abs(celsius - last) < 3, `from ${last} to ${celsius} °C in 100 s`);
    last = celsius;
  }
});

Deno.test("the sensor goes on from its last reading, and forgets one of long ago", () => {
  const noon = 12 * 60 * 60 * 1000;
  const steady = () => 0.25;
  assert.equal(new TemperatureSensor(steady, noon, { celsius: 28, at: noon }).measure(noon), 28);
  const fresh = new TemperatureSensor(steady, noon).measure(noon);
  assert.equal(new TemperatureSensor(steady, noon, { celsius: 28, at: noon - DAY_MS }).measure(noon), fresh);
});

Deno.test("extreme chance and a clock that goes back give a temperature all the same", () => {
  for (const random of [() => 0, () => 1 - 2 ** -53, () => 0.5]) {
    const sensor = new TemperatureSensor(random, DAY_MS);
    for (const at of [DAY_MS, 2 * DAY_MS, 0, 9 * DAY_MS]) {
      const celsius = sensor.measure(at);
      assert.ok(celsius >= LOWEST_CELSIUS && celsius <= HIGHEST_CELSIUS);
    }
  }
});
