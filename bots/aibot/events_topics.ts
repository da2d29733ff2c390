/** Topics about event-driven design. */

import { readTopics } from "./topic.ts";

export const EVENT_TOPICS = readTopics(
  `
  event driven 3, eventdriven 3, event 1.5, events 1.5, messaging 1, broker 1.5, kafka 2.5,
  rabbitmq 2.5, nats 2, microservice 1.5, microservices 1.5
`,
  [
    {
      id: "events",
      title: "event-driven design",
      cues: `
      loosely coupled 2, services talk 1.5, choreography 2.5, orchestration 2, react to 0.7,
      event driven architecture 1, event driven design 1, architecture 1, design 0.5, saga 2, eventual consistency 3, eventually consistent 3, decouple 1, loose coupling 2,
      event command 1.5, domain event 2
    `,
      answer: `
      Parts announce what happened ("order placed") instead of calling each other; whoever is interested reacts. The sender does not know the receivers, so new ones need no change in it.
      - An event is a fact in the past tense; a command asks one receiver to do something.
      - What you gain: loose coupling, absorbed peaks, an audit trail. What you pay: results come later, flows are harder to follow, duplicates and disorder must be handled.
      - Rules that keep it sane: consumers are idempotent, events carry an id, a time and a version, order is promised only per key, and a correlation id ties a flow together.
      - Ask me about event sourcing, the event bus, publish/subscribe, queues, idempotency or the outbox.
    `,
    },
    {
      id: "events.sourcing",
      title: "event sourcing",
      cues: `
      event sourcing 5, event sourced 5, event store 4, eventstore 4, sourcing 1.5, cqrs 4,
      state from events 3, replay events 3, rebuild state 2.5, replay 1.5, projection 2, projections 2,
      read model 2.5, read models 2.5, write model 2, append only 1, snapshot events 2.5
    `,
      answer: `
      Event sourcing keeps what happened instead of what is: the log of events is the truth, and the present state is a fold over it.

      \`\`\`ts
      const balance = events.reduce((sum, event) => {
        switch (event.type) {
          case "deposited": return sum + event.amount;
          case "withdrawn": return sum - event.amount;
        }
      }, 0);
      \`\`\`
      - Writing: load the object's events, check the command against the state, append new events if the version is still the expected one.
      - Reading: projections (read models) follow the log and can be thrown away and built anew. Keeping them apart from the write side is CQRS.
      - You gain an audit trail, the state at any time, and new views of old data. You pay with eventual consistency, events whose old versions must be read for ever, snapshots for long histories, and work to delete personal data.
      - Worth it where the history itself matters (accounts, orders, stock); for the rest a table and an audit log will do. Parley's log of messages is one: unread counts and search are derived from it.
    `,
    },
    {
      id: "events.bus",
      title: "the event bus",
      cues: `
      event bus 5, bus 2, eventbus 5, event emitter 4, eventemitter 5, eventtarget 4,
      observer pattern 4, observer 1.5, listener 1.5, mediator 2, emit 1.5, dispatch 1
    `,
      answer: `
      An event bus takes events by name and hands each to those who registered for it. Inside one process it is few lines:

      \`\`\`ts
      type Events = { joined: { user: string }; said: { text: string } };

      class Bus {
        #handlers = new Map<keyof Events, Set<(event: never) => void>>();
        on<K extends keyof Events>(name: K, handler: (event: Events[K]) => void): () => void {
          const all = this.#handlers.get(name) ?? new Set();
          this.#handlers.set(name, all.add(handler));
          return () => all.delete(handler);                    // to unsubscribe
        }
        emit<K extends keyof Events>(name: K, event: Events[K]): void {
          for (const handler of this.#handlers.get(name) ?? []) handler(event as never);
        }
      }
      \`\`\`
      Decide what happens when a handler throws, and unsubscribe, or it leaks. Between processes take a broker (NATS, Redis, Kafka).
    `,
    },
    {
      id: "events.pubsub",
      title: "publish/subscribe",
      cues: `
      topic&queue 3, subscribers 2, many receivers 1.5, notify 1, listeners 1, broadcast event 1.5,
      pubsub 5, pub sub 4.5, publish subscribe 4, publisher subscriber 4, publisher 2, subscriber 2,
      topic 1, fan out 1, decouple 1, pub sub queue 2, mqtt 2.5, redis 0.5
    `,
      answer: `
      Publishers send to a topic, subscribers get a copy each, and neither knows the other. A queue is the other pattern: there each message goes to one of the workers.
      - Take pub/sub for news ("price changed"), a queue for work ("send this mail").
      - Ask of any system: do those who are away miss it (Redis, core NATS) or catch up later (Kafka, JetStream, Parley's feeds)? At most once or at least once? In which order?
      - Name topics after facts (\`orders.placed\`), and put a version into the event.

      In Parley, \`thermometer1\` publishes and \`/subscribe thermometer1\` subscribes; what you miss while away is kept.
    `,
    },
    {
      id: "events.queue",
      title: "message queues",
      cues: `
      job 1.5, jobs 1.5, fail again 1.5, block queue 1.5, poison 3, background task 1.5,
      process later 2, queue 2.5, queues 2.5, message queue 3, dead letter 4, job queue 3,
      task queue 3, worker 1, rabbitmq 2.5, sqs 3, kafka 1, redis 0.7, celery 2.5, bullmq 3, retry 1,
      consumer 1, background job 2.5, acknowledge 1.5
    `,
      answer: `
      A queue keeps work until one of its workers has done it: the worker takes a message, does it, acknowledges it. One that dies in between gets it delivered again, so jobs must bear being done twice.
      - Worth it for slow work after a request (mail, video), for peaks, and between systems with different uptimes. For a few jobs a minute a database table will do: \`SELECT … FOR UPDATE SKIP LOCKED\` in PostgreSQL.
      - Retry with growing waits; after some failures move the message to a dead-letter queue, where a person looks, so that one poisoned message does not block the rest.
      - Bound the queue and watch its oldest age: a queue that only grows is an outage that has not shown yet.
    `,
    },
    {
      id: "events.idempotency",
      title: "idempotency and duplicates",
      cues: `
      charged twice 2.5, click twice 2, same request twice 2.5, handled twice 2.5, resend 1.5,
      repeated 1, retry 1, retried 1, idempotent 4, idempotency 5, exactly once 3, at least once 3,
      at most once 2, processed twice 3, duplicate 1.5, duplicates 1.5, dedupe 2.5, deduplicate 2.5,
      deduplication 2.5, twice 1, message twice 2, idempotency key 2, delivery semantics 2,
      same message again 1.5, retry safe 2
    `,
      answer: `
      Idempotent: doing it twice has the same effect as once. Networks deliver at least once (the answer may be lost after the work was done), so receivers have to bear repeats.
      - Give each request an id made by the sender, and keep it in all its retries.
      - In one transaction, store the id under a unique key and do the work:

      \`\`\`sql
      INSERT INTO handled (sender, id) VALUES (?, ?) ON CONFLICT DO NOTHING;  -- 0 rows: done before
      UPDATE accounts SET balance = balance - 10 WHERE id = ?;               -- only if 1 row
      \`\`\`
      - Prefer operations that are idempotent by nature: "set to 5", not "add 1".

      "Exactly once" means at least once plus this. Parley does so with a message's \`id\`.
    `,
    },
    {
      id: "events.outbox",
      title: "the transactional outbox",
      cues: `
      outbox 5, outbox pattern 1, transactional outbox 2, dual write 4, save publish 2,
      database&publish 2.5, database&event&publish 1.5, atomically 2, change data capture 3, cdc 2.5,
      debezium 3, commit&publish 2
    `,
      answer: `
      Saving to the database and publishing to a broker are two systems: a crash between them loses or invents an event. So write the event into a table of the same database, in the same transaction:

      \`\`\`sql
      BEGIN;
      INSERT INTO orders (id, total) VALUES (7, 30);
      INSERT INTO outbox (id, topic, body) VALUES ('e-41', 'orders.placed', '{"id":7}');
      COMMIT;
      \`\`\`
      A relay reads the outbox in order, publishes, then marks the row as sent. If it dies in between, it publishes again: so it is at least once, and consumers look at the id. Reading the database's log (Debezium) does the same without polling.
    `,
    },
  ],
);
