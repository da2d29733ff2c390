/** What people say to an agent beside their questions. */

import { readTopics } from "./topic.ts";

export const SMALL_TALK_TOPICS = readTopics("", [
  {
    id: "greeting",
    title: "a greeting",
    cues: `
      hi 2.2, hello 2.2, hey 2.2, hiya 2.5, howdy 2.5, good morning 3, good evening 3,
      good afternoon 3, good day 2.2, how are you 2.5, what s up 2, whats up 2.2, greetings 2.5,
      moin 2.5, hola 2.2, sup 2, yo 2, nice meet you 3, are you there 2.2, hello bot 0.5
    `,
    answer: `
      Hello! I am \`aibot\`, the built-in agent. Ask me about programming, databases or this chat ("how do I join a room?"), or what was said here ("what did bob say about the release?").
    `,
  },
  {
    id: "thanks",
    title: "thanks",
    cues: `
      helpful 1.5, lovely 1.5, nice one 2, good answer 2.2, appreciate 2.2, thank 2.5, thanks 2.5,
      thank you 2.5, thx 2.5, ty 2.2, cheers 2.2, great 0.7, merci 2.2, danke 2.2,
      much appreciated 2.5, that helped 2.5, well done 2.2, good bot 2.5, nice answer 2.5, awesome 1,
      perfect 1, cool 1
    `,
    answer: `
      You are welcome.
    `,
  },
  {
    id: "bye",
    title: "goodbye",
    cues: `
      bye 2.5, goodbye 2.5, good night 3, see you 2.5, cya 2.5, see you later 1, farewell 2.2,
      take care 2.2
    `,
    answer: `
      Goodbye! To leave the chat: \`/quit\`.
    `,
  },
  {
    id: "who",
    title: "who I am",
    cues: `
      program or person 2.5, who am i talking to 3, human or 2, are you really 1.5, real person 2.5,
      who are you =3.5, what are you =3.5, are you human 3, are you bot 3, are you real 3,
      are you ai 3, are you chatgpt 4.5, are you gpt 4, are you robot 3, are you machine 3,
      your name 2.5, human 1, robot 1.5, machine 0.7, which model are you 4.5, what model are you 4.5,
      are you based 1.5, what llm are you 4, who made you 3, who built you 3, who created you 3,
      introduce yourself 3, yourself 2, how do you work 3, are you intelligent 3, are you alive 3,
      are you person 3, how old are you 3, you bot 1, are you a 0.3
    `,
    answer: `
      I am \`aibot\`, Parley's built-in agent: a small program with a table of topics, no language model and no network. I recognise what a question is about by its words, so keep it short and name the subject. I answer here because no model is configured; the operator can change that with \`OPENAI_API_KEY\` (ask me "how do I configure the AI?").
    `,
  },
  {
    id: "can",
    title: "what I can do",
    cues: `
      what are you for 3, what is your purpose 3, purpose 2, good for 0.5, useful for 1,
      what can you do =4, what do you do =3, can you do 2, what do you know 3.5, help 2.2, help me 0.3,
      what can i ask 4, questions ask 3, kind of questions 3, what topics 3, topics 2,
      your abilities 3, your features 3, capabilities 2.5, can you help 2.2, how can you help 2.5,
      what are you good at 3.5, what should i ask 3, menu 1.5, options 0.7, what questions 2,
      ask you 2, do you know 0.5
    `,
    answer: `
      I am the built-in agent, without a model or network. I can answer questions about
      - Python and TypeScript: types, errors, files, tests, classes, async, modules …
      - asynchronous programming, WebSockets, event-driven design
      - databases: SQLite, PostgreSQL, indexes, transactions, WAL, migrations, full-text search …
      - Parley: rooms, direct messages, passwords, the thermometer, search, bots, curl …

      and look up what was said in this conversation: "what did bob say about the release?", "who talked about lunch last week?". Also the time in UTC, and sums such as \`12 * (3 + 4)\`.
    `,
  },
  {
    id: "time",
    title: "the time",
    cues: `
      what time is it =3.5, what time 2.2, time now 2.5, time is it 2.5, current time 3, what date 2.5,
      current date 3, today date 3, what day is it 3.5, what day today 3, day today 2.5, day of week 2,
      date today 3, what year 2.5, utc time 2.5, time utc 3, todays date 3, date 1,
      what is the time =2.5, what s the time =2.5, time right now 2.5, what month 2.2
    `,
    answer: `

    `,
  },
]);
