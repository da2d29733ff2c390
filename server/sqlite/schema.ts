/** The schema of parley.db, as the steps that lead to it. */

/** "Prly": marks the file as Parley's (https://www.sqlite.org/pragma.html#pragma_application_id). */
export const APPLICATION_ID = 0x50726c79;

/**
 * Step N leads from version N to N + 1; `PRAGMA user_version` holds the version. A step that was released is never
 * changed: a change of the schema is a new step.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO meta VALUES ('epoch', lower(hex(randomblob(16))));

  -- Rows stay for good, since messages name them. 'placeholder': nobody came under this name yet, but messages wait
  -- for it. 'removed': a guest that ended.
  CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'guest', 'placeholder', 'removed')),
    is_bot INTEGER NOT NULL CHECK (is_bot IN (0, 1)),
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    delivered_seq INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX guests ON users (last_seen_at) WHERE kind = 'guest';

  CREATE TABLE former_names (
    name_key TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users,
    leads_until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tokens (
    token_hash TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX tokens_of_user ON tokens (user_id);

  -- A room has a name; a direct conversation its two users, the smaller id first; a feed its publisher as user_a.
  CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('room', 'direct', 'feed')),
    name TEXT NOT NULL,
    name_key TEXT CHECK ((kind = 'room') = (name_key IS NOT NULL)),
    user_a INTEGER REFERENCES users CHECK ((kind = 'room') = (user_a IS NULL)),
    user_b INTEGER REFERENCES users CHECK ((kind = 'direct') = (user_b IS NOT NULL)),
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX rooms_by_name ON conversations (name_key) WHERE kind = 'room';
  CREATE UNIQUE INDEX directs_by_users ON conversations (user_a, user_b) WHERE kind = 'direct';
  CREATE UNIQUE INDEX feeds_by_publisher ON conversations (user_a) WHERE kind = 'feed';

  CREATE TABLE participants (
    conversation_id INTEGER NOT NULL REFERENCES conversations,
    user_id INTEGER NOT NULL REFERENCES users,
    joined_at INTEGER NOT NULL,
    joined_seq INTEGER NOT NULL,
    read_seq INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX participants_by_user ON participants (user_id, conversation_id, joined_seq);

  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversations,
    sender_id INTEGER NOT NULL REFERENCES users,
    type TEXT NOT NULL CHECK (type IN ('chat', 'subscription')),
    text TEXT NOT NULL,
    metadata TEXT NOT NULL,
    client_id TEXT,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX messages_by_client_id ON messages (sender_id, client_id) WHERE client_id IS NOT NULL;
  -- With the sender, so that what others said is counted and collected in the index alone.
  CREATE INDEX messages_by_conversation ON messages (conversation_id, seq, sender_id);

  CREATE TABLE questions (
    seq INTEGER PRIMARY KEY REFERENCES messages,
    bot_id INTEGER NOT NULL REFERENCES users,
    answer_seq INTEGER REFERENCES messages
  ) STRICT;
  CREATE INDEX open_questions ON questions (bot_id, seq) WHERE answer_seq IS NULL;

  -- For people with sqlite3.
  CREATE VIEW chat_log (seq, time, room, sender, text) AS
  SELECT m.seq,
    strftime('%Y-%m-%d %H:%M:%S', m.created_at / 1000, 'unixepoch'),
    CASE c.kind WHEN 'room' THEN c.name WHEN 'feed' THEN s.name || '/feed' ELSE receiver.name END,
    s.name,
    m.text
  FROM messages m
  JOIN users s ON s.id = m.sender_id
  JOIN conversations c ON c.id = m.conversation_id
  LEFT JOIN users receiver ON receiver.id = iif(c.user_a = m.sender_id, c.user_b, c.user_a)
  ORDER BY m.seq;
  `,
  `
  -- The ids that senders gave, as hashes; client_ids.ts says why not all of them are in it. Up to client_ids_seq they are.
  DROP INDEX messages_by_client_id;
  CREATE TABLE client_ids (
    hash INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (hash, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO meta VALUES ('client_ids_key', lower(hex(randomblob(8)))), ('client_ids_seq', '0');
  `,
];
