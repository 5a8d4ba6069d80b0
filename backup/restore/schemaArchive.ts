import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { startProgram } from "../childProcess";
import type { Manifest } from "../manifest";
import { maskQuoted } from "../postgres/sqlText";
import type { Tools } from "../postgres/tools";
import { type Entry, parseContents } from "./contents";
import { withReadableCycleMarks } from "./cycleMarks";
import { withReadableParameters } from "./unnamedParameters";

/** An object of the schema, or a property of one, with the statements that create it. */
export interface SchemaEntry extends Entry {
  /** Its number in the archive. */
  readonly id: number;
  /** Numbers of the entries on which it depends. */
  readonly needs: readonly number[];
  readonly sql: string;
}

/** What an access list begins a grant with that is not the owner's. */
export const grantorPattern = /^SET SESSION AUTHORIZATION ("(?:[^"]|"")*"|[^;\n]+);$/gm;

/** What `pg_restore --verbose` writes above the statements of each entry. */
const heading =
  /^--\n-- TOC entry (\d+) \(class \d+ OID \d+\)\n(?:-- Dependencies: ([\d ]+)\n)?-- Name: [^\n]*\n(?:-- Data Pos: \d+\n)?--\n/gm;
const ending =
  /\n(?:-- Completed on [^\n]*\n\s*)?--\n-- PostgreSQL database dump complete\n--\n(?:\s*\\unrestrict [^\n]*\n)?\s*$/;
/** Settings that every session of a restore has anyway. */
const defaultSettings = new Set(["SET default_tablespace = '';", "SET default_table_access_method = heap;"]);
/** Written before an entry's heading, and valid until the next of its kind. */
const setting = /\n(SET (default_tablespace|default_table_access_method) = [^\n]*;)\s*$/;

/**
 * Reads the entries of the schema's archive in the order in which `pg_restore` would create them: objects, then grants,
 * then event triggers. Nothing is written to disk.
 *
 * @param archive the archive in its zstd frame
 */
export async function readSchemaArchive(
  archive: Uint8Array,
  manifest: Pick<Manifest, "schemas" | "roles">,
  context: { readonly tools: Tools; readonly signal: AbortSignal },
): Promise<SchemaEntry[]> {
  const [list, script] = await Promise.all([
    runPgRestore(["--list"], archive, context),
    runPgRestore(["--file=-", "--verbose"], archive, context),
  ]);
  const entries = new Map(parseContents(list, manifest).map((entry) => [entry.id, entry]));
  return splitScript(script).flatMap(({ id, needs, sql }) => {
    const entry = entries.get(id);
    return entry === undefined ? [] : [{ ...entry, needs, sql }];
  });
}

/**
 * Splits a verbose script of `pg_restore` into the statements of each entry. Quoted text in a comment or a function is
 * not taken for a heading.
 */
export function splitScript(script: string): Pick<SchemaEntry, "id" | "needs" | "sql">[] {
  const body = script.replace(ending, "\n");
  const masked = maskQuoted(body);
  const headings = [...masked.matchAll(heading)];
  const inForce = new Map<string, string>();
  /** Takes the settings at the end of a part, and returns its beginning. */
  const takeSettings = (start: number, end: number): string => {
    let rest = masked.slice(start, end);
    for (let found = setting.exec(rest); found !== null; found = setting.exec(rest)) {
      const [, { length } = "", name = ""] = found;
      const at = start + found.index + 1;
      inForce.set(name, body.slice(at, at + length));
      rest = rest.slice(0, found.index);
    }
    return body.slice(start, start + rest.length);
  };
  takeSettings(0, headings[0]?.index ?? 0);
  return headings.map((found, index) => {
    const settings = [...inForce.values()].filter((statement) => !defaultSettings.has(statement));
    const sql = takeSettings(found.index + found[0].length, headings[index + 1]?.index ?? body.length);
    return {
      id: Number(found[1]),
      needs: (found[2] ?? "").split(" ").filter(Boolean).map(Number),
      sql: withReadableParameters(
        withReadableCycleMarks([...settings, sql.trim(), ...settings.map(resetOf)].join("\n")),
      ),
    };
  });
}

function resetOf(statement: string): string {
  return `RESET ${statement.split(" ")[1]};`;
}

async function runPgRestore(
  args: readonly string[],
  archive: Uint8Array,
  { tools, signal }: { readonly tools: Tools; readonly signal: AbortSignal },
): Promise<string> {
  const environment = { PATH: process.env.PATH, LC_ALL: "C" };
  const decompress = startProgram("zstd", ["--decompress", "--quiet", "--stdout"], {
    environment,
    stdio: ["pipe", "pipe", "pipe"],
    signal,
  });
  const read = startProgram(tools.pgRestore, args, {
    environment,
    stdio: [decompress.child.stdout, "pipe", "pipe"],
    signal,
  });
  decompress.child.stdout?.destroy();
  const chunks: Buffer[] = [];
  read.child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const { stdin } = decompress.child;
  if (stdin === null) throw new Error("zstd has no standard input");
  // When pg_restore has read the contents, it exits, and zstd's writes fail.
  await pipeline(Readable.from([archive]), stdin).catch(() => undefined);
  await read.ended;
  return Buffer.concat(chunks).toString("utf8");
}
