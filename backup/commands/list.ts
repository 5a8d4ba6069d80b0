import {
  listRuns,
  type ReadManifest,
  readManifests,
  type StoredRun,
  totalBytes,
  unlistedObjects,
} from "../catalog";
import type { CommandContext } from "../context";
import { readEnvironment } from "../environment";
import { formatBytes, formatTable } from "../output";
import { sourcesOf } from "../sources";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";

export interface ListOptions {
  /** Also runs without a manifest: interrupted or still running. */
  readonly all?: boolean;
  readonly json?: boolean;
}

export interface ListedRun {
  readonly run: string;
  readonly startedAt: string;
  readonly state:
    | "complete"
    | "partial"
    | "objects missing"
    | Exclude<ReadManifest["verdict"], "intact" | "no manifest">;
  /** Why the state is neither `complete` nor `partial`. */
  readonly detail?: string;
  readonly database?: string;
  /** Name of the database that identifies it among those of other projects and servers. */
  readonly source?: string;
  readonly tables?: number;
  readonly rows?: number;
  readonly bytes: number;
}

/** Implements `backup list`: returns the contents of the bucket, oldest first. */
export async function list(options: ListOptions, context: CommandContext): Promise<ListedRun[]> {
  const { store: settings } = readEnvironment(["store"], context.environment);
  const store = new ObjectStore(createClient(settings), settings.bucket);
  const runs = (await listRuns(store, context.signal)).filter(
    ({ isComplete }) => isComplete || options.all === true,
  );
  const complete = runs.filter(({ isComplete }) => isComplete).map(({ name }) => name);
  const manifests = await readManifests(store, complete, context.signal);
  const names = sourcesOf(manifests);
  const listed = runs.map((run) => ({
    ...describeRun(run, manifests.get(run.name)),
    ...(names.has(run.name) && { source: names.get(run.name) ?? "" }),
  }));
  if (options.json === true) context.print(JSON.stringify(listed, null, 2));
  else if (listed.length === 0) context.print(`There is no backup in ${settings.bucket}.`);
  else {
    context.print(toTable(listed));
    for (const { run, state, detail } of listed)
      if (detail !== undefined) context.progress(`${run}: ${state}: ${detail}`);
  }
  return listed;
}

function describeRun(run: StoredRun, opened: ReadManifest | undefined): ListedRun {
  const known = { run: run.name, startedAt: run.start.toISOString() };
  const stored = run.objects.reduce((sum, { bytes }) => sum + bytes, 0);
  if (opened === undefined || opened.verdict === "no manifest")
    return { ...known, state: "partial", bytes: stored };
  if (opened.verdict !== "intact")
    return { ...known, state: opened.verdict, detail: opened.detail, bytes: stored };
  const { manifest } = opened;
  const unlisted = unlistedObjects(run, manifest);
  return {
    ...known,
    ...(unlisted.length === 0
      ? { state: "complete" }
      : {
          state: "objects missing",
          detail: `missing or of another size: ${nameSome(unlisted)}; run \`backup verify ${run.name}\``,
        }),
    database: manifest.source.database,
    tables: manifest.tables.length,
    rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0),
    bytes: totalBytes(manifest),
  };
}

/** Names in a message. */
const namesAtMost = 5;

function nameSome(names: readonly string[]): string {
  const more = names.length - namesAtMost;
  return names.slice(0, namesAtMost).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function toTable(runs: readonly ListedRun[]): string {
  return formatTable([
    ["RUN", "STARTED", "STATE", "TABLES", "ROWS", "SIZE", "DATABASE"],
    ...runs.map((run) => [
      run.run,
      run.startedAt,
      run.state,
      String(run.tables ?? "-"),
      String(run.rows ?? "-"),
      formatBytes(run.bytes),
      run.source ?? "-",
    ]),
  ]);
}
