import { pipeline } from "node:stream/promises";
import { UserError } from "../../foundation/userError";
import { ProcessFailure, startProgram } from "../childProcess";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import { libpqEnvironment } from "../postgres/connect";
import type { Tools } from "../postgres/tools";
import type { ObjectStore } from "../store/objectStore";

export interface LoadContext {
  readonly store: ObjectStore;
  readonly tools: Tools;
  readonly target: DatabaseSettings;
  readonly signal: AbortSignal;
}

/** The first error ends it. */
const strictly = ["--exit-on-error", "--no-password"];
/** All or nothing. */
const atOnce = [...strictly, "--single-transaction"];

/**
 * Restores the listed entries of an archive that is a file here: tables as one transaction, and what comes after the rows,
 * which is indexes above all, in as many sessions as there may be.
 */
export async function loadEntries(
  archive: string,
  listFile: string,
  section: "pre-data" | "post-data",
  { tools, target, signal, parallel }: LoadContext & { readonly parallel: number },
): Promise<void> {
  const restore = startProgram(
    tools.pgRestore,
    [
      ...(section === "pre-data" ? atOnce : [...strictly, `--jobs=${parallel}`]),
      `--dbname=${connectionString(target)}`,
      `--section=${section}`,
      `--use-list=${listFile}`,
      archive,
    ],
    {
      environment: libpqEnvironment(target),
      stdio: ["ignore", "ignore", "pipe"],
      signal,
      secrets: [target.password],
    },
  );
  await explain(`Restoring the schema (${section})`, restore.ended);
}

/** Restores a whole archive as it comes from the bucket, with nothing on disk. */
export async function loadArchive(key: string, name: string, context: LoadContext): Promise<void> {
  const { store, tools, target, signal } = context;
  const body = await store.open(key, signal);
  if (body === undefined) throw new UserError(`Restoring ${name} failed: it is missing.`, exitCodes.damaged);
  const decompress = startProgram("zstd", ["--decompress", "--quiet", "--stdout"], {
    environment: { PATH: process.env.PATH },
    stdio: ["pipe", "pipe", "pipe"],
    signal,
  });
  const restore = startProgram(tools.pgRestore, [...atOnce, `--dbname=${connectionString(target)}`], {
    environment: libpqEnvironment(target),
    stdio: [decompress.child.stdout, "ignore", "pipe"],
    signal,
    secrets: [target.password],
  });
  decompress.child.stdout?.destroy();
  const input = decompress.child.stdin;
  if (input === null) throw new Error("zstd has no standard input");
  const fed = pipeline(body, input);
  // pg_restore's own failure is the cause, unless the bucket's is; the others follow from it.
  await explainAll(
    [
      [`Restoring ${name}`, restore.ended],
      [`Decompressing ${name}`, decompress.ended],
    ],
    fed,
  );
}

/** Decompresses a stored archive into a file. */
export async function fetchArchive(key: string, file: string, { store, signal }: LoadContext): Promise<void> {
  const body = await store.open(key, signal);
  if (body === undefined) throw new UserError(`Restoring ${key} failed: it is missing.`, exitCodes.damaged);
  const decompress = startProgram("zstd", ["--decompress", "--quiet", "-o", file], {
    environment: { PATH: process.env.PATH },
    stdio: ["pipe", "ignore", "pipe"],
    signal,
  });
  const input = decompress.child.stdin;
  if (input === null) throw new Error("zstd has no standard input");
  await explainAll([[`Decompressing ${key}`, decompress.ended]], pipeline(body, input));
}

/** The table of contents of an archive that is a file here. */
export async function listContents(archive: string, { tools, signal }: LoadContext): Promise<string> {
  const list = startProgram(tools.pgRestore, ["--list", archive], {
    environment: { PATH: process.env.PATH, LC_ALL: "C" },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  let text = "";
  list.child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await explain("Reading the table of contents", list.ended);
  return text;
}

/** The name alone would be read as a connection string if it looked like one; everything else is in the environment. */
function connectionString({ database }: DatabaseSettings): string {
  return `dbname='${database.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/**
 * Waits for programs and for what feeds the last of them.
 * @throws the bucket's failure where there is one, for it is no word against the backup; else that of the first program.
 */
async function explainAll(
  programs: readonly (readonly [doing: string, ended: Promise<void>])[],
  fed: Promise<void>,
): Promise<void> {
  const [feeding] = await Promise.allSettled([fed, ...programs.map(([, ended]) => ended)]);
  if (feeding?.status === "rejected" && feeding.reason instanceof UserError) throw feeding.reason;
  for (const [doing, ended] of programs) await explain(doing, ended);
  await fed;
}

async function explain(doing: string, ended: Promise<void>): Promise<void> {
  try {
    await ended;
  } catch (error) {
    if (!(error instanceof ProcessFailure)) throw error;
    throw new UserError(`${doing} failed: ${error.message}`, exitCodes.restoreFailed, { cause: error });
  }
}
