/** Readings as a plain table, the newest first. */

import { useSignal } from "@preact/signals";
import type { Feed } from "../../state/services/feeds.ts";
import { gapsIn, type Reading } from "../../state/services/reading_values.ts";
import { timeWords } from "./reading_words.ts";
import { dayName } from "../text/time.ts";
import { visible } from "../text/visible_text.ts";

/** More of them are shown a step at a time. */
const STEP = 100;

export function ReadingList({ name, feed }: { name: string; feed: Feed }) {
  const most = useSignal(STEP);
  const readings = feed.readings.value;
  const gaps = gapsIn(readings);
  const shown = readings.slice(-most.value).toReversed();
  const hasMore = readings.length > most.value || feed.hasOlder.value;
  const showMore = async () => {
    if (readings.length <= most.value) await feed.loadOlder();
    most.value += STEP;
  };
  return (
    <div class="reading-list" tabIndex={0} role="region" aria-label={`Readings of ${name}, as a list`}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="for-ears">Reading</span>
            </th>
            <th scope="col">
              <span class="for-ears">Time</span>
            </th>
          </tr>
        </thead>
        {daysOf(shown).map(({ day, readings }) => (
          <tbody key={day}>
            <tr>
              <th scope="rowgroup" colSpan={2}>{day}</th>
            </tr>
            {readings.map((reading) => (
              <tr
                key={reading.seq}
                data-seq={reading.seq}
                class={`${gaps.has(reading) ? "after-gap" : ""} ${
                  feed.target.value === reading.seq ? "reading-target" : ""
                }`}
              >
                <td dir="auto">{visible(reading.text)}</td>
                <td>
                  <time dateTime={reading.time}>{timeWords(reading.at)}</time>
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
      {hasMore && (
        <button
          type="button"
          class="button button-small"
          disabled={feed.isLoading.value}
          onClick={() => void showMore()}
        >
          Older readings
        </button>
      )}
    </div>
  );
}

interface Day {
  readonly day: string;
  readonly readings: Reading[];
}

function daysOf(readings: readonly Reading[]): readonly Day[] {
  const days: Day[] = [];
  for (const reading of readings) {
    const day = dayName(reading.time);
    if (days.at(-1)?.day === day) days.at(-1)!.readings.push(reading);
    else days.push({ day, readings: [reading] });
  }
  return days;
}
