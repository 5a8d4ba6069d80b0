import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { type RunningProgram, startProgram } from "../childProcess";
import type { StoredObject } from "../manifest";
import { libpqEnvironment } from "../postgres/connect";
import { CompressedOutput } from "./compressed";
import { type DumpContext, type Part, partError } from "./part";
import { SnapshotOutdated } from "./tableLocks";

/**
 * If another session holds a lock for longer, the dump fails and names the table, instead of delaying the next backup.
 */
const lockWaitTimeout = "60s";
/** The interval of checking the locks. */
const pollMilliseconds = 25;
/** After this time, a pg_dump that waits for a lock that we hold is waiting behind a session that waits for us. */
const patienceMilliseconds = 300;

export interface ArchivePlan {
  readonly name: string;
  readonly content: StoredObject["content"];
  readonly arguments: readonly string[];
}

/** Starts `pg_dump`, which takes its locks immediately and then waits to be read. */
export async function startArchive(
  plan: ArchivePlan,
  context: DumpContext,
  locks: { readonly control: pg.Client; readonly oids: readonly string[] },
): Promise<Part> {
  const { tools, source, signal } = context;
  const applicationName = `${context.applicationName} ${plan.content}`;
  const options = await readOptions(locks.control);
  const start = (): RunningProgram =>
    startProgram(
      tools.pgDump,
      [
        "--format=custom",
        "--compress=0",
        `--snapshot=${context.snapshot}`,
        `--lock-wait-timeout=${lockWaitTimeout}`,
        "--no-password",
        ...plan.arguments,
      ],
      {
        environment: { ...libpqEnvironment(source), ...options, PGAPPNAME: applicationName },
        stdio: ["ignore", "pipe", "pipe"],
        signal,
        secrets: [source.password],
      },
    );
  const output = await CompressedOutput.open(start, signal);
  const locked = untilLocked({ ...locks, applicationName, ended: output.producer.ended });
  locked.catch(() => undefined);
  return {
    name: plan.name,
    bytes: 0,
    locked: locked.catch((error) => {
      throw partError(plan.name, error);
    }),
    async store(key, store) {
      try {
        const stored = await output.store(key, { store, signal });
        return {
          object: { name: plan.name, kind: "archive", content: plan.content, ...stored },
          tables: [],
        };
      } catch (error) {
        throw partError(plan.name, error);
      }
    },
    stop: () => output.stop(),
  };
}

/**
 * Returns the option that makes the archive use standard strings, which the sessions of a restore read. A role or a
 * database may set them differently. It is omitted where it is not needed, because a pooler may not pass options on.
 */
async function readOptions(client: pg.Client): Promise<NodeJS.ProcessEnv> {
  const { rows } = await client.query<{ value: string }>(
    "select reset_val as value from pg_catalog.pg_settings where name = 'standard_conforming_strings'",
  );
  return rows[0]?.value === "off" ? { PGOPTIONS: "-c standard_conforming_strings=on" } : {};
}

/**
 * Waits until a pg_dump holds the locks that we hold. If it is queued behind a session that waits for us, it would wait
 * until we end. In this case the locks are released and taken again with a new snapshot.
 */
async function untilLocked(wanted: {
  readonly control: pg.Client;
  readonly oids: readonly string[];
  readonly applicationName: string;
  readonly ended: Promise<void>;
}): Promise<void> {
  let hasEnded = false;
  const ended = wanted.ended.then(() => {
    hasEnded = true;
  });
  let waitsSince: number | undefined;
  for (;;) {
    await Promise.race([ended, sleep(pollMilliseconds)]);
    if (hasEnded) return;
    const { rows } = await wanted.control.query<{ held: number; waits: boolean }>(
      `select (select count(distinct l.relation)::int from pg_locks l
          where l.pid = a.pid and l.granted and l.locktype = 'relation' and l.relation = any ($2::oid[])) as held,
         exists (select from pg_locks l where l.pid = a.pid and not l.granted) as waits
       from pg_stat_activity a where a.application_name = $1`,
      [wanted.applicationName, wanted.oids],
    );
    const [session] = rows;
    if (session === undefined) continue;
    if (session.held >= wanted.oids.length) return;
    if (!session.waits) waitsSince = undefined;
    else waitsSince ??= performance.now();
    if (waitsSince !== undefined && performance.now() - waitsSince > patienceMilliseconds) {
      throw new SnapshotOutdated("another session waits for a table that pg_dump had not locked yet");
    }
  }
}
