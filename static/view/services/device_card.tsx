/** A device's card: its latest value, the chart of its readings, and what it can be told. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Conversation, isSubscribed } from "../../state/conversations.ts";
import type { Feed } from "../../state/services/feeds.ts";
import { preference } from "../../state/storage/preferences.ts";
import {
  intervalOf,
  patienceOf,
  type Reading,
  summaryOf,
  trendOf,
} from "../../state/services/reading_values.ts";
import { useChat } from "../chat_context.ts";
import { DeviceCommands } from "./device_commands.tsx";
import { Icon } from "../controls/icon.tsx";
import { ReadingChart } from "./reading_chart.tsx";
import { ReadingList } from "./reading_list.tsx";
import { durationWords, momentWords, summaryWords, trendWords } from "./reading_words.ts";
import { visible } from "../text/visible_text.ts";

/** How far back is shown. */
const SPANS = ["hour", "day", "all"] as const;
type Span = typeof SPANS[number];
const SPAN_MS: Readonly<Record<Span, number>> = { hour: 3_600_000, day: 86_400_000, all: Infinity };
const SPAN_WORDS: Readonly<Record<Span, string>> = { hour: "Hour", day: "Day", all: "All" };
const span = preference<Span>("readings", SPANS);
/** On small screens the past can be put away, so that there is room for the conversation. */
const fold = preference("device-card", ["open", "closed"]);
/** How often a device that is silent is looked after. */
const LOOK_EVERY_MS = 30_000;

export function DeviceCard({ conversation }: { conversation: Conversation }) {
  const chat = useChat();
  const { name } = conversation;
  const feed = chat.feeds.of(name);
  const readings = feed.readings.value;
  const asksForList = useSignal(false);
  const isSilent = useSilence(readings);
  useLoaded(conversation, feed);
  useSeen(conversation, readings);
  const hasNumbers = readings.some(({ value }) => value !== undefined);
  const showsList = asksForList.value || feed.target.value !== undefined ||
    !hasNumbers && readings.length > 0;
  const isOpen = fold.value.value === "open" || feed.target.value !== undefined;
  const toggleList = () => {
    asksForList.value = !showsList;
    feed.target.value = undefined;
  };
  return (
    <section class="device" aria-label={`${name}, device`}>
      <div class="device-now">
        <Latest readings={readings} isLoading={!feed.isLoaded.value} />
        <Silence conversation={conversation} readings={readings} isSilent={isSilent} />
      </div>
      {readings.length > 0 && (
        <button
          type="button"
          class="icon-button device-fold"
          aria-label="Readings"
          aria-expanded={isOpen}
          onClick={() => fold.set(isOpen ? "closed" : "open")}
        >
          <Icon name="chevron" />
        </button>
      )}
      <div class="device-past" hidden={!isOpen}>
        {readings.length > 0 && (
          <div class="device-choices">
            {!showsList && <Spans feed={feed} />}
            {hasNumbers && (
              <button
                type="button"
                class="button button-small"
                aria-label={showsList ? "Show as a chart" : "Show as a list"}
                onClick={toggleList}
              >
                {showsList ? "Chart" : "List"}
              </button>
            )}
          </div>
        )}
        {showsList
          ? <ReadingList name={name} feed={feed} />
          : <Past name={name} feed={feed} isSilent={isSilent} />}
        {feed.problem.value !== "" && <p class="problem" role="alert">{feed.problem.value}</p>}
      </div>
      <DeviceCommands conversation={conversation} />
    </section>
  );
}

/** What is too long to be set large is text that somebody wrote. */
const LARGE_UP_TO = 16;

function Latest({ readings, isLoading }: { readings: readonly Reading[]; isLoading: boolean }) {
  const last = readings.at(-1);
  if (!last) return <p class="quiet">{isLoading ? "Loading …" : "It has published nothing yet."}</p>;
  const trend = trendOf(readings);
  const isLarge = [...last.text].length <= LARGE_UP_TO;
  return (
    <div class="device-latest">
      <p class={isLarge ? "device-value" : "device-text"}>
        <bdi>
          <Value reading={last} />
        </bdi>
      </p>
      {trend && (
        <p class="device-trend" data-direction={trend.direction}>
          <Icon name="arrow" /> {trendWords(trend, readings)}
        </p>
      )}
      <p class="quiet">
        <time dateTime={last.time}>{momentWords(last.at)}</time>
      </p>
    </div>
  );
}

/** The number is what is looked for; its unit stands back. */
function Value({ reading: { text, unit } }: { reading: Reading }) {
  if (unit === "" || !text.endsWith(unit)) return <>{visible(text)}</>;
  return (
    <>
      {visible(text.slice(0, -unit.length))}
      <span class="device-unit">{visible(unit)}</span>
    </>
  );
}

interface SilenceProps {
  conversation: Conversation;
  readings: readonly Reading[];
  isSilent: boolean;
}

function Silence({ conversation, readings, isSilent }: SilenceProps) {
  const chat = useChat();
  const { name } = conversation;
  const last = readings.at(-1);
  const ago = last ? durationWords(Date.now() - last.at) : "";
  const words = !chat.presence.isOnline(name)
    ? `${name} is offline.${last ? ` Its last reading came ${ago} ago.` : ""}`
    : !isSubscribed(conversation)
    ? "New readings show here once you subscribe."
    : isSilent
    ? `No reading has come for ${ago}.`
    : "";
  const isGood = chat.presence.isOnline(name) && !(isSilent && isSubscribed(conversation));
  return <p class={`device-state ${isGood ? "quiet" : ""}`} role="status">{words}</p>;
}

function Spans({ feed }: { feed: Feed }) {
  return (
    <fieldset class="spans">
      <legend class="for-ears">Readings of the last</legend>
      {SPANS.map((each) => (
        <label key={each} class="span">
          <input
            type="radio"
            name="span"
            checked={span.value.value === each}
            onChange={() => {
              span.set(each);
              void feed.loadSince(each === "all" ? -Infinity : Date.now() - SPAN_MS[each]);
            }}
          />
          <span>{SPAN_WORDS[each]}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Past({ name, feed, isSilent }: { name: string; feed: Feed; isSilent: boolean }) {
  const all = feed.readings.value;
  const last = all.at(-1);
  if (!last) return null;
  const end = isSilent ? Date.now() : last.at;
  const from = Math.max(end - SPAN_MS[span.value.value], all[0]!.at);
  const shown = all.filter(({ at, value }) => at >= from && value !== undefined);
  const summary = summaryOf(shown);
  if (!summary) {
    return <p class="quiet">No reading came in the last {span.value.value}.</p>;
  }
  return (
    <>
      <ReadingChart
        name={name}
        readings={shown}
        from={from}
        // One reading alone has time around it.
        to={Math.max(end, from + 1_000)}
        summary={summaryWords(summary, shown)}
      />
      {span.value.value === "all" && feed.hasOlder.value && (
        <button
          type="button"
          class="button button-small"
          disabled={feed.isLoading.value}
          onClick={() => void feed.loadSince(-Infinity)}
        >
          {feed.isLoading.value ? "Loading …" : "Load older readings"}
        </button>
      )}
    </>
  );
}

/** Loads what is not there, also when a lost connection is back; without a subscription nothing new comes by itself. */
function useLoaded({ name }: Conversation, feed: Feed): void {
  const chat = useChat();
  const isOnline = chat.status.value.state === "online";
  useEffect(() => {
    if (!isOnline) return;
    void feed.refresh().then(() => {
      const ms = SPAN_MS[span.value.peek()];
      return ms === Infinity ? undefined : feed.loadSince(Date.now() - ms);
    });
  }, [name, isOnline, feed.cleared.value]);
}

/** What is on the screen counts as seen. */
function useSeen({ name, markers }: Conversation, readings: readonly Reading[]): void {
  const chat = useChat();
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && chat.readMarkers.readFeed(name);
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [name, markers, readings.length]);
}

/** Whether the next reading is overdue; nobody waits for a doorbell, which sends words. Bots are in no room, so nobody is told when they go: then one has to ask. */
function useSilence(readings: readonly Reading[]): boolean {
  const chat = useChat();
  const turns = useSignal(0);
  const last = readings.at(-1);
  const interval = intervalOf(readings);
  const dueAt = last?.value !== undefined && interval !== undefined
    ? last.at + patienceOf(interval)
    : Infinity;
  const isSilent = Date.now() >= dueAt;
  useEffect(() => {
    if (dueAt === Infinity) return;
    const wait = isSilent ? LOOK_EVERY_MS : dueAt - Date.now() + 1;
    const timer = setTimeout(() => {
      turns.value += 1;
      chat.directory.refresh().catch(() => {});
    }, Math.min(wait, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [dueAt, turns.value]);
  return isSilent;
}
