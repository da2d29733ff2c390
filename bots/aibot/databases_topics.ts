/** Topics about databases. */

import { readTopics } from "./topic.ts";

export const DATABASE_TOPICS = readTopics(
  `
  database 2, databases 2, sql 2, db 1.5, query 1, postgres 2.5, postgresql 2.5, sqlite 2.5,
  mysql 2.5, mariadb 2.5, orm 1.5, prisma 2, sqlalchemy 2, table 0.5
`,
  [
    {
      id: "db",
      title: "databases",
      cues: `
      which database 1.5, choose database 2, nosql 3, mongodb 2.5, mongo 2, redis 1, relational 2,
      design 0.5, schema 0.7, normalize 1.5, normalization 2, normal form 2, primary key 2,
      foreign key 2.5, key value 1, overview 0.5, learn 0.3
    `,
      answer: `
      Begin with a relational one unless you know why not: SQLite inside one program, PostgreSQL for several servers or many writers. A document or key-value store (MongoDB, Redis) fits where the access pattern is simple and fixed.
      - Model facts once each (third normal form), with primary keys, foreign keys, \`NOT NULL\`, \`UNIQUE\` and \`CHECK\`: the database then keeps out what your code forgets.
      - Pass values as parameters, never glued into the SQL.
      - Ask me about SQLite, PostgreSQL, joins, indexes, transactions, WAL, migrations, the N+1 problem, SQL injection, connection pools or full-text search.
    `,
    },
    {
      id: "db.sqlite",
      title: "SQLite",
      cues: `
      sqlite file 1, sqlite concurrency 1.5, sqlite 1.5, sqlite3 4, database locked 3, locked 1,
      busy 1, busy timeout 2, production 0.7, pragma 3, single file 1.5, node sqlite 1,
      good enough 0.5, embedded 0.7, busy_timeout 3
    `,
      answer: `
      SQLite is a library: the database is one file, without a server. It serves most single-server applications well (reads are microseconds; one writer at a time, thousands of transactions a second), and poorly several machines or a network file system.

      \`\`\`sql
      PRAGMA journal_mode = WAL;      -- readers and the writer no longer block each other
      PRAGMA synchronous = FULL;      -- a commit outlives a power cut; NORMAL is faster
      PRAGMA foreign_keys = ON;
      PRAGMA busy_timeout = 5000;     -- wait instead of "database is locked"
      \`\`\`
      "database is locked": another connection is writing. Keep write transactions short, begin them with \`BEGIN IMMEDIATE\`, and use one writing connection. Declare tables \`STRICT\`; back up with \`.backup\`, not by copying a live file.
    `,
    },
    {
      id: "db.postgres",
      title: "PostgreSQL",
      cues: `
      postgres 1.5, postgresql 1.5, psql 4, jsonb 3, pg 2, vacuum 2, postgres&sqlite 1.5,
      start postgres 1, listen notify 2.5, explain analyze 1, postgis 2, mysql postgres 1,
      install postgres 1, createdb 4
    `,
      answer: `
      \`\`\`sh
      createdb shop && psql shop
      \`\`\`
      \`\`\`sql
      CREATE TABLE orders (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        customer   text NOT NULL,
        placed_at  timestamptz NOT NULL DEFAULT now(),
        details    jsonb NOT NULL DEFAULT '{}'
      );
      INSERT INTO orders (customer) VALUES ('Ann') RETURNING id;
      \`\`\`
      PostgreSQL is a server with many writers at once (MVCC), strict types, rich indexes, JSON, full-text search, extensions and replication: the better choice than SQLite as soon as several servers write. Use \`timestamptz\`, \`text\` and \`bigint\`; look at plans with \`EXPLAIN (ANALYZE, BUFFERS)\`; put a pool in front of it.
    `,
    },
    {
      id: "db.indexes",
      title: "indexes",
      cues: `
      query takes 2, slow&table 1.5, slow&row 1.5, slow&select 1.5, takes seconds 1.5, speed up 2,
      lookup slow 1.5, large table 1.5, million rows 1.5, big table 1, where clause 0.7, index 2.5,
      indexes 3, indices 3, indexing 2, slow query 3, query slow 3, explain analyze 2.5,
      explain query plan 4, composite index 2, covering index 2.5, btree 3, b tree 3, query plan 3,
      column order 1.5, full scan 2, table scan 2.5, speed query 2, slow 0.7, insert slower 1,
      faster 0.5, optimize 1, index fund -5, index finger -5
    `,
      answer: `
      An index is a sorted copy of some columns: finding a row takes a few steps instead of reading the whole table. Each one costs space and makes writes a little slower.

      \`\`\`sql
      CREATE INDEX orders_by_customer ON orders (customer, placed_at DESC);
      EXPLAIN QUERY PLAN SELECT * FROM orders WHERE customer = ? ORDER BY placed_at DESC LIMIT 20;
      \`\`\`
      - Index what stands in \`WHERE\`, \`JOIN\` and \`ORDER BY\` of frequent queries. Columns compared with \`=\` come first, then the range or the order.
      - (a, b) serves queries on a and on a with b, not on b alone.
      - \`lower(name) = ?\` or \`name LIKE '%x'\` does not use an index on name; index the expression instead.
      - Read the plan (PostgreSQL: \`EXPLAIN ANALYZE\`) before and after: "SCAN" or "Seq Scan" on a large table is the hint.
    `,
    },
    {
      id: "db.transactions",
      title: "transactions",
      cues: `
      same row 3, update same 2, change lost 2.5, overwrite 1.5, at same moment 1, two users update 2,
      concurrently 1.5, all or nothing 3, consistent 1.5, row lock 2.5, half written 2, undo 1.5,
      transaction 3.5, transactions 3.5, acid 3, isolation level 4, isolation 2, rollback 3,
      commit 1.5, deadlock 2.5, deadlocks 2.5, serializable 3, dirty read 3, lost update 3,
      optimistic lock 2.5, pessimistic lock 2.5, savepoint 4, atomic 1, select for update 3,
      read committed 3, phantom 1.5, concurrent update 1.5
    `,
      answer: `
      A transaction is all or nothing (atomic), keeps the rules (consistent), does not see half of another (isolated), and outlives a crash (durable).

      \`\`\`sql
      BEGIN;
      UPDATE accounts SET balance = balance - 10 WHERE id = 1 AND balance >= 10;   -- 0 rows? ROLLBACK
      UPDATE accounts SET balance = balance + 10 WHERE id = 2;
      COMMIT;
      \`\`\`
      - Isolation: PostgreSQL's default is READ COMMITTED; REPEATABLE READ gives one snapshot; SERIALIZABLE acts as if one after the other, and wants retries. SQLite is serializable.
      - Read-then-write loses updates: let SQL compute (\`balance - 10\`), use \`SELECT … FOR UPDATE\`, or a version column.
      - Against deadlocks: short transactions, rows always in the same order, retry on that error. Never wait for the network or a user inside one.
    `,
    },
    {
      id: "db.wal",
      title: "write-ahead logging",
      cues: `
      wal 4, write ahead 4, write ahead log 1, journal mode 3, checkpoint 2, journal 1, fsync 2.5,
      durability 1.5, crash recovery 2, wal file 1
    `,
      answer: `
      With a write-ahead log a change is appended to a log and flushed there before the data pages are touched; after a crash the log is replayed, so a commit needs one sequential write.

      In SQLite \`PRAGMA journal_mode = WAL\` (it sticks to the file) lets readers go on while one writer writes. New pages go to \`x.db-wal\` and are moved into the database by a checkpoint, at 1,000 pages by default; \`x.db-shm\` is the shared index. Keep the three files together. With \`synchronous=FULL\` each commit is flushed; with \`NORMAL\` the last commits can be lost in a power cut, but nothing is damaged. A reader that stays open for long keeps the log growing. PostgreSQL always works so, and replicates from its WAL.
    `,
    },
    {
      id: "db.nplus1",
      title: "the N+1 query problem",
      cues: `
      nplus1 5, n plus one 5, query per row 4, one query per 2.5, queries in loop 3, query&loop 2,
      eager loading 4, lazy loading 2.5, dataloader 4, per row 1, too many queries 3,
      hundreds of queries 2
    `,
      answer: `
      One query fetches N rows, then a loop makes one more query for each: 1 + N round trips, often hidden in an ORM's lazy relations. Fetch them together:

      \`\`\`sql
      SELECT o.*, c.name FROM orders o JOIN customers c ON c.id = o.customer_id;     -- a join
      SELECT * FROM customers WHERE id = ANY($1);                                    -- or one for all ids
      \`\`\`
      In an ORM: Django \`select_related\` / \`prefetch_related\`, SQLAlchemy \`selectinload\`, Prisma \`include\`. In GraphQL: a DataLoader. Count the queries per request in a test, and it stays fixed.
    `,
    },
    {
      id: "db.migrations",
      title: "schema migrations",
      cues: `
      change table 1.5, new column 2.5, production database 1.5, rename table 2, schema versions 2,
      migration 3, migrations 3, migrate 2, schema migration 1.5, alter table 3.5, schema change 3,
      add column 2.5, change schema 2.5, downtime 1.5, backfill 2.5, rename column 2.5, alembic 4,
      flyway 4, liquibase 4, schema version 2, column 0.5, schema 1
    `,
      answer: `
      Keep numbered steps in version control, apply each once in a transaction, note the version in the database, and never edit a step that has run. Without downtime, expand and contract:
      1. Add the new column, nullable or with a constant default (no rewrite in PostgreSQL 11+), and deploy code that writes both.
      2. Backfill in small batches.
      3. Read from the new one; add \`NOT NULL\` and constraints (\`NOT VALID\` first, then \`VALIDATE\`).
      4. Drop the old one in a later release.

      In PostgreSQL set \`lock_timeout\`, and build indexes with \`CREATE INDEX CONCURRENTLY\`. Try it on a copy of real data, and have a backup that you have restored once.
    `,
    },
    {
      id: "db.fulltext",
      title: "full-text search",
      cues: `
      search articles 1.5, search engine 1.5, find documents 1.5, word search 2, search inside 1.5,
      full text 4, fulltext 5, fts 4, fts5 5, tsvector 5, tsquery 5, text search 3, full text search 1,
      search text 2, search words text 2, bm25 4, trigram 3, elasticsearch 3, inverted index 4,
      ranking 1, stemming 1.5, search text column 1, like query 1
    `,
      answer: `
      \`LIKE '%word%'\` reads every row; a full-text index maps each word to the rows that hold it.

      \`\`\`sql
      -- SQLite
      CREATE VIRTUAL TABLE docs USING fts5(title, body, tokenize = 'unicode61 remove_diacritics 2');
      SELECT title, snippet(docs, 1, '[', ']', '…', 12) FROM docs WHERE docs MATCH 'deploy* AND error' ORDER BY rank;
      -- PostgreSQL
      ALTER TABLE docs ADD search tsvector GENERATED ALWAYS AS (to_tsvector('english', body)) STORED;
      CREATE INDEX ON docs USING gin (search);
      SELECT title FROM docs WHERE search @@ websearch_to_tsquery('english', 'deploy error');
      \`\`\`
      For parts of words use trigrams (\`tokenize = 'trigram'\`, \`pg_trgm\`). Quote what users type, since the query has a syntax of its own.
    `,
    },
    {
      id: "db.joins",
      title: "joins and grouping",
      cues: `
      combine tables 2.5, sum per 1.5, count per 1.5, per customer 1, two queries one 1, rows per 1,
      newest row per 2, duplicates rows 1, join table 2.5, left join 5, inner join 5, outer join 5,
      joins 2, sql join 2.5, two tables 2.5, group by 3, aggregate 1.5, having clause 2,
      count rows 1.5, subquery 3, cte 2.5, window function 3, select 1, where clause 1.5,
      select statement 1.5, join tables 1.5
    `,
      answer: `
      \`\`\`sql
      SELECT c.name, count(o.id) AS orders, coalesce(sum(o.total), 0) AS spent
      FROM customers c
      LEFT JOIN orders o ON o.customer_id = c.id      -- INNER JOIN drops customers without orders
      GROUP BY c.id, c.name
      HAVING count(o.id) < 10
      ORDER BY spent DESC;
      \`\`\`
      \`WHERE\` filters rows before grouping, \`HAVING\` groups after it; a condition on the right table of a \`LEFT JOIN\` belongs into \`ON\`. \`WITH recent AS (SELECT …)\` names a step; \`row_number() OVER (PARTITION BY … ORDER BY …)\` picks the newest per group.
    `,
    },
    {
      id: "db.injection",
      title: "SQL injection and parameters",
      cues: `
      sql injection 5, injection 2.5, prepared statement 4, parameterized 4, parameter query 2,
      escape sql 2.5, bobby tables 4, sanitize 1.5, prepared 1.5
    `,
      answer: `
      Never build SQL from strings that come from outside: \`name = "x' OR '1'='1"\` changes the query. Send values apart from it:

      \`\`\`ts
      db.prepare("SELECT * FROM users WHERE name = ?").get(name);
      \`\`\`
      \`\`\`python
      connection.execute("SELECT * FROM users WHERE name = ?", (name,))
      \`\`\`
      Placeholders stand for values only; names of columns come from a fixed list of your own. A statement that is prepared once and reused is also faster.
    `,
    },
    {
      id: "db.pool",
      title: "connection pools",
      cues: `
      connections open 1, open connection 1, reuse connections 2, connection pool 5, pooling 4,
      pool 1.5, pgbouncer 5, too many connections postgres 3, pool size 3, too many clients 3
    `,
      answer: `
      Opening a database connection costs milliseconds and, in PostgreSQL, a process: keep a few open and lend them out.
      - Small is fast: begin with about twice the number of the database's cores, over all application servers together.
      - Give a connection back in \`finally\`; take one per transaction, not per request that also waits for other services.
      - Set a time limit for getting one, so that an overload shows as an error and not as a hang.
      - Many short-lived processes: PgBouncer in transaction mode. In SQLite: one writer and a few readers.
    `,
    },
  ],
);
