/** The statements that lead from each version of the schema to the next; the first makes it. Never changed, only added to. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sessions (
    session_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    cwd TEXT NOT NULL,
    model TEXT NOT NULL, -- a ModelRef
    created_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE task_ids (task_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

  CREATE TABLE tasks (
    task_id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    owner_id TEXT,
    host_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX tasks_session ON tasks (session_id);
  CREATE INDEX tasks_status ON tasks (status);
  CREATE INDEX tasks_host ON tasks (host_id);

  -- The row is the delivery: who inserts it delivers.
  CREATE TABLE deliveries (
    task_id TEXT PRIMARY KEY,
    way TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (session_id, seq)
  ) STRICT, WITHOUT ROWID;

  -- Of a session's own agent by the session's id, of a task by its id.
  CREATE TABLE messages (
    agent TEXT NOT NULL,
    position INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (agent, position)
  ) STRICT;

  CREATE TABLE hosts (
    host_id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    start_mark TEXT NOT NULL,
    kind TEXT NOT NULL,
    session_id TEXT NOT NULL,
    socket TEXT,
    since INTEGER NOT NULL
  ) STRICT;

  -- Outlives its session: what was spent stays spent.
  CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    session_id TEXT NOT NULL,
    task_id TEXT,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    key TEXT,
    input INTEGER NOT NULL,
    cached INTEGER NOT NULL,
    output INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    is_estimate INTEGER NOT NULL,
    usd REAL
  ) STRICT;
  CREATE INDEX requests_at ON requests (at);
  CREATE INDEX requests_session ON requests (session_id);

  CREATE TABLE day_spend (
    day TEXT PRIMARY KEY,
    usd REAL NOT NULL,
    tokens INTEGER NOT NULL,
    requests INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE day_holds (
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    host_id TEXT NOT NULL,
    usd REAL NOT NULL,
    tokens INTEGER NOT NULL,
    requests INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX day_holds_host ON day_holds (host_id);
  `,
  `
  -- What is done now and then for the whole state directory, by whichever process comes first.
  CREATE TABLE chores (name TEXT PRIMARY KEY, taken_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  -- Who pays: a command, or a run of a session.
  ALTER TABLE requests ADD COLUMN payer TEXT;
  -- The host whose request is under way, at our estimate; NULL: it has ended.
  ALTER TABLE requests ADD COLUMN host_id TEXT;
  CREATE INDEX requests_payer ON requests (payer);
  CREATE INDEX requests_task ON requests (task_id);

  -- What the last run of a session may use, with all its tasks, wherever these go on.
  CREATE TABLE allowances (
    session_id TEXT PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    payer TEXT NOT NULL,
    usd REAL,
    tokens INTEGER,
    requests INTEGER
  ) STRICT, WITHOUT ROWID;
  `,
];
