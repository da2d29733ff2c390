/** `thermometer1`: a simulated device that publishes a temperature again and again. Also runs alone, against a server elsewhere. */

import { ChatError } from "../protocol/errors.ts";
import { type Envelope, isObject } from "../protocol/message.ts";
import { Bot, type BotOptions, type Question, runBot, type RunningBot } from "./bot.ts";
import { readSeconds, runBotCommand } from "./bot_command.ts";
import { HIGHEST_CELSIUS, LOWEST_CELSIUS, type Measured, TemperatureSensor } from "./temperature_sensor.ts";

export const DEFAULT_INTERVAL_SECONDS = 100;

export interface ThermometerOptions extends BotOptions {
  readonly intervalSeconds?: number | undefined;
  /** Uniform from 0 to 1; Math.random where it is left out. */
  readonly random?: () => number;
}

/** Starts the thermometer. */
export function startThermometer(options: ThermometerOptions): RunningBot {
  return new Thermometer(options).run();
}

/** The lowest and the highest temperature that was published. */
interface Range {
  readonly low: number;
  readonly high: number;
}

interface Reading extends Range, Measured {}

const HELP = "I measure the temperature. Say: now, range, reboot, subscribe, unsubscribe or help.";

/** What `help` tells programs: the words that are of use as buttons. */
const COMMANDS = ["now", "range", "reboot"];

class Thermometer {
  readonly #bot: Bot;
  readonly #intervalMs: number;
  readonly #random: () => number;
  #sensor: TemperatureSensor;
  #range: Range | undefined;
  #cancelNext: (() => void) | undefined;
  /** A reading that is not stored yet. During an outage there is only this one, so that old readings do not come as new ones. */
  #publishing: Promise<void> | undefined;
  #isStopping = false;

  constructor(options: ThermometerOptions) {
    this.#bot = new Bot(options, {
      started: () => this.#resume(),
      heard: (question) => this.#answer(question),
    });
    this.#intervalMs = (options.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS) * 1000;
    this.#random = options.random ?? Math.random;
    this.#sensor = new TemperatureSensor(this.#random, this.#bot.clock.now());
  }

  run(): RunningBot {
    return runBot(this.#bot, () => this.#switchOff());
  }

  /**
   * Goes on where the last reading stopped. Each reading carries the range so far, so the feed is the only memory that
   * is needed, wherever the thermometer runs, and one message of it tells all.
   */
  async #resume(): Promise<void> {
    const last = await this.#lastReading();
    const now = this.#bot.clock.now();
    this.#range = last && { low: last.low, high: last.high };
    this.#sensor = new TemperatureSensor(this.#random, now, last);
    const passed = last ? now - last.at : this.#intervalMs;
    this.#schedule(Math.min(this.#intervalMs, Math.max(0, this.#intervalMs - passed)));
  }

  async #lastReading(): Promise<Reading | undefined> {
    try {
      const { metadata } = await this.#bot.lookUp(`/history ${this.#bot.name}/feed 1`);
      return readingOf((metadata.messages as Envelope[]).at(-1));
    } catch (error) {
      // A feed that nothing was published in may be unknown to the server.
      if (error instanceof ChatError) return undefined;
      throw error;
    }
  }

  #schedule(waitMs: number): void {
    this.#cancelNext?.();
    if (this.#isStopping) return;
    this.#cancelNext = this.#bot.clock.after(waitMs, () => {
      this.#schedule(this.#intervalMs);
      this.#bot.run("publishing a reading", () => this.#publish());
    });
  }

  #publish(): Promise<void> {
    return this.#publishing ??= this.#publishNow().finally(() => this.#publishing = undefined);
  }

  async #publishNow(): Promise<void> {
    const celsius = this.#measure();
    const { low, high } = this.#range ?? { low: celsius, high: celsius };
    const range: Range = { low: Math.min(low, celsius), high: Math.max(high, celsius) };
    await this.#bot.client.publish(inWords(celsius), { metadata: { celsius, unit: "°C", ...range } });
    this.#range = range;
  }

  #measure(): number {
    return this.#sensor.measure(this.#bot.clock.now());
  }

  async #answer(question: Question): Promise<void> {
    if (!question.isDirect) return;
    switch (question.text.trim().toLowerCase()) {
      case "reboot":
        return await this.#reboot(question);
      case "range":
        return await this.#tellRange(question);
      case "now": {
        const celsius = this.#measure();
        return await this.#say(question, inWords(celsius), { celsius, unit: "°C" });
      }
      case "help":
        return await this.#say(question, HELP, { commands: COMMANDS });
      default:
        return await this.#say(question, `I do not know that word. ${HELP}`);
    }
  }

  async #reboot(question: Question): Promise<void> {
    this.#sensor = new TemperatureSensor(this.#random, this.#bot.clock.now());
    this.#schedule(this.#intervalMs);
    await this.#say(question, "Rebooting: the sensor and its clock start again.");
    await this.#publish();
  }

  async #tellRange(question: Question): Promise<void> {
    const possible = `I give ${inWords(LOWEST_CELSIUS)} to ${inWords(HIGHEST_CELSIUS)}.`;
    const seen = this.#range &&
      `Published so far: ${inWords(this.#range.low)} to ${inWords(this.#range.high)}.`;
    await this.#say(question, `${possible} ${seen ?? "Nothing was published so far."}`, {
      lowest: LOWEST_CELSIUS,
      highest: HIGHEST_CELSIUS,
      ...this.#range,
    });
  }

  async #say(question: Question, text: string, metadata: Record<string, unknown> = {}): Promise<void> {
    await this.#bot.answer(question, text, metadata);
  }

  #switchOff(): void {
    this.#isStopping = true;
    this.#cancelNext?.();
  }
}

function inWords(celsius: number): string {
  return `${celsius.toFixed(1)} °C`;
}

/** What a message of the feed says, checked; undefined where it is no reading. */
function readingOf(message: Envelope | undefined): Reading | undefined {
  if (!message || !isObject(message.metadata)) return undefined;
  const at = Date.parse(message.timestamp);
  const { celsius, low = celsius, high = celsius } = message.metadata;
  if (!isTemperature(celsius) || !isTemperature(low) || !isTemperature(high) || Number.isNaN(at)) {
    return undefined;
  }
  return { celsius, low, high, at };
}

function isTemperature(value: unknown): value is number {
  return typeof value === "number" && value >= LOWEST_CELSIUS && value <= HIGHEST_CELSIUS;
}

if (import.meta.main) {
  await runBotCommand({
    name: "thermometer",
    description: "A simulated thermometer that publishes its readings.",
    options: [{
      flag: "interval",
      value: "SECONDS",
      description: `between two readings (default: ${DEFAULT_INTERVAL_SECONDS})`,
    }],
    start: (options, { interval }) =>
      startThermometer({ ...options, intervalSeconds: readSeconds(interval) }),
  });
}
