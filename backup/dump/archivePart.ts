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
        // The session's role may have another one as a setting.
        "--role=none",
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
    // pg_dump writes nothing before it has read all of them.
    ...(plan.content === "schema" ? { definitionsRead: output.begun() } : {}),
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

/** Settings of archives that the sessions of a restore have too, and the values that are written in the same way. */
const archiveSettings = [
  { name: "standard_conforming_strings", value: "on", alike: /^on$/ },
  // Defaults and conditions contain amounts of type money, as in `'1.234,50 €'::money`.
  { name: "lc_monetary", value: "C", alike: /^(?:C|POSIX|en_US)(?:\.|$)/ },
] as const;

/**
 * Returns the options that make pg_dump write text that the sessions of a restore read with the same meaning. A role, a
 * database or a server may have other settings. Options are omitted where they are not needed, because a pooler may not
 * pass them on.
 */
async function readOptions(client: pg.Client): Promise<NodeJS.ProcessEnv> {
  const { rows } = await client.query<{ name: string; value: string }>(
    "select name, reset_val as value from pg_catalog.pg_settings where name = any ($1)",
    [archiveSettings.map(({ name }) => name)],
  );
  const options = archiveSettings
    .filter(({ name, alike }) => rows.some((row) => row.name === name && !alike.test(row.value)))
    .map(({ name, value }) => `-c ${name}=${value}`);
  return options.length === 0 ? {} : { PGOPTIONS: options.join(" ") };
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
