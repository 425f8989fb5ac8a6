import type { Arguments } from "../arguments.ts";
import type { Invocation } from "../invocation.ts";
import type { Risk } from "../risk.ts";
import { each, first, holds, type Rules, when } from "./rule.ts";

/** Rows, tables or all of it. */
export const DATABASE: Risk = "deletes from a database";

const OBJECT =
  "table|database|schema|index|view|column|user|role|keyspace|collection|materialized|sequence|function|trigger|type|tablespace|stream|measurement|series|bucket|constraint|owned|all|if|warehouse|stage|policy|extension|cluster|partition|shard|retention|continuous|space|graph|namespace";

const STATEMENTS = [
  String.raw`\b(drop|truncate)\s+(${OBJECT})\b`,
  String.raw`\btruncate\s+\w`,
  String.raw`\bdelete\s+from\s+(?![^;]*\bwhere\b)`,
  String.raw`\bdelete\s+from\b[^;]*\bwhere\s+(1\s*=\s*1|true|1)\b`,
  String.raw`\bupdate\s+\S+\s+set\b(?![^;]*\bwhere\b)`,
  String.raw`\balter\s+table\b[^;]*\b(drop|delete)\b`,
  String.raw`\balter\s+(user|role|system)\b|\bgrant\s+all\b|\bshutdown\s+(immediate|abort|with)\b`,
  String
    .raw`\breset\s+(master|slave|binary)\b|\bpurge\s+(binary|master|recyclebin)\b|\bpg_terminate_backend\b`,
  String
    .raw`\bcopy\b[^;]*\b(to|from)\s+program\b|\binto\s+(outfile|dumpfile)\b|\bxp_cmdshell\b|\bload_extension\b`,
  String.raw`^\s*\.(shell|system|restore)\b|\\!\s*\w`,
  String.raw`\bdetach\s+delete\b|\bmatch\s*\(\w*\)\s*delete\b`,
];
/** Of SQL and its relatives. */
const SQL = new RegExp(STATEMENTS.join("|"), "i");
/** Of stores of documents. */
const DOCUMENTS =
  /(\b|_)dropDatabase\b|[.:]drop(Index(es)?|User|Role|Collection)?\s*\(|\b(deleteMany|remove|deleteOne|findOneAndDelete)\s*\(\s*(\{\s*\})?\s*[),]|\bshutdownServer\b|\bdropAllUsers|\._drop\s*\(|\bupdateMany\s*\(\s*\{\s*\}/;
/** Of stores of keys and values, as commands of theirs. */
const KEY_VALUES =
  /^(flushall|flushdb|shutdown|swapdb|slaveof|replicaof|flush_all|failover|unlink|del|debug|getdel|xtrim|ltrim|hdel|srem|zremrangebyrank|script)$/i;
const CLIENTS =
  `psql mysql sqlite3 sqlite sqlcmd duckdb mongosh mongo cqlsh clickhouse-client clickhouse isql usql litecli db2 sqlplus bteq vsql trino presto beeline
  hive impala-shell cypher-shell arangosh questdb surreal surrealdb edgedb gel osqueryi sqlite-utils steampipe dolt tsql nzsql mclient ksql spanner-cli influx phoenix-sqlline`;

/** Whether a text tells a database to delete. */
export function deletesData(text: string): boolean {
  return holds(SQL, text) || holds(DOCUMENTS, text);
}

function clientRisk({ words }: Arguments, { input }: Invocation): Risk | null {
  return [...words, input?.text ?? ""].some(deletesData) ? DATABASE : null;
}

/** What deletes what a database holds. */
export const DATABASES: Rules = {
  ...each(CLIENTS, clientRisk),
  ...each(
    "redis-cli valkey-cli keydb-cli iredis dragonfly",
    when(DATABASE, (args, { input, takesMore }) => {
      const words = [...args.operands, ...(input?.text ?? "").split(/\s+/)];
      const isConfig = /^config$/i.test(words[0] ?? "") && /^(set|rewrite|resetstat)$/i.test(words[1] ?? "");
      return isConfig || words.some((word) => KEY_VALUES.test(word)) || (takesMore && words.length > 0) ||
        args.words.some((word) => /flushall|flushdb|os\.execute/i.test(word));
    }),
  ),
  ...each(
    "dropdb dropuser droplang pg_resetwal pg_dropcluster pg_rewind mysql_secure_installation myisamchk innochecksum pg_archivecleanup pg_repack memcflush memcrm",
    () => DATABASE,
  ),
  ...each(
    "mysqladmin pg_ctl pg_ctlcluster initdb mongod",
    when(
      DATABASE,
      (args) =>
        args.words.some((word) =>
          /^(drop|shutdown|flush-\S+|kill|password|refresh|stop|restart|promote|--shutdown|--repair|stop-slave)$/
            .test(word)
        ),
    ),
  ),
  ...each(
    "pg_restore mongorestore mysqlimport pg_upgrade neo4j-admin arangorestore cbrestore",
    first(
      when(DATABASE, (args) =>
        args.has("cd") && args.has("c") ||
        args.hasLong("clean", "drop", "delete", "force", "replace", "overwrite-destination")),
    ),
  ),
  ...each(
    "pt-archiver pt-kill pt-table-sync gh-ost",
    when(DATABASE, (args) => args.hasLong("purge", "kill", "execute")),
  ),
  "memcached-tool": when(DATABASE, (args) => args.hasWord("flush", "flush_all")),
};
