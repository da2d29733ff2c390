/** All topics, and the words that their cues are made of. */

import { ASYNC_TOPICS } from "./concurrency_topics.ts";
import { DATABASE_TOPICS } from "./databases_topics.ts";
import { EVENT_TOPICS } from "./events_topics.ts";
import { PARLEY_TOPICS } from "./parley_topics.ts";
import { PYTHON_TOPICS } from "./python_topics.ts";
import { SMALL_TALK_TOPICS } from "./small_talk_topics.ts";
import type { Topic } from "./topic.ts";
import { TYPESCRIPT_TOPICS } from "./typescript_topics.ts";
import { WEBSOCKET_TOPICS } from "./websocket_topics.ts";

/** By subject; the first of each is its overview. */
const SUBJECTS: readonly (readonly Topic[])[] = [
  PYTHON_TOPICS,
  TYPESCRIPT_TOPICS,
  ASYNC_TOPICS,
  WEBSOCKET_TOPICS,
  EVENT_TOPICS,
  DATABASE_TOPICS,
  PARLEY_TOPICS,
  SMALL_TALK_TOPICS,
];

export const TOPICS: readonly Topic[] = SUBJECTS.flat();

/** The topics that need no cue of their own: the name of the subject is enough. */
export const OVERVIEWS: ReadonlySet<Topic> = new Set(
  SUBJECTS.filter((topics) => topics[0]!.subjectCues.length > 0).map((topics) => topics[0]!),
);
