import { setFlagsFromString } from "node:v8";
import type { ParseResult, ScanResult, SqlErrorDetails } from "libpg-query";

/** The major versions of PostgreSQL whose grammar is available, ascending. */
const majors = [15, 16, 17, 18] as const;
type GrammarMajor = (typeof majors)[number];

/** The version of a new project on hosted Supabase, whose grammar is used if the target's version is unknown. */
export const defaultServerMajor = 17;

/** The part of libpg-query that all of its versions share. Their parse trees only differ where the grammars do. */
interface Grammar {
  loadModule(): Promise<void>;
  parseSync(text: string): ParseResult;
  readonly SqlError: new (...args: never[]) => Error & { readonly sqlDetails?: SqlErrorDetails };
}

/** PostgreSQL's own parser, compiled to WebAssembly, of each version. Only the newest includes the scanner. */
const builds: Readonly<Record<GrammarMajor, () => Promise<unknown>>> = {
  15: () => import("libpg-query-15"),
  16: () => import("libpg-query-16"),
  17: () => import("libpg-query-17"),
  18: () => import("libpg-query"),
};

const grammars = new Map<GrammarMajor, Grammar>();
let scanner: typeof import("libpg-query") | undefined;

/**
 * Loads the grammar of a server's major version, and the scanner. Await it before parsing anything of that version.
 * Most operations parse nothing, so nothing is loaded earlier.
 */
export async function loadParser(serverMajor: number = defaultServerMajor): Promise<void> {
  const major = grammarMajor(serverMajor);
  if (grammars.has(major) && scanner !== undefined) return;
  // Parsing a bundle is quick. Optimizing the code at the same time would take three times as long as running it
  // unoptimized.
  setFlagsFromString("--liftoff-only");
  const newest = await import("libpg-query");
  const grammar = (await builds[major]()) as Grammar;
  await Promise.all([newest.loadModule(), grammar.loadModule()]);
  scanner = newest;
  grammars.set(major, grammar);
}

/** Parses a text as a server of this major version does. Throws SqlError if its grammar refuses the text. */
export function parseSql(text: string, serverMajor: number = defaultServerMajor): ParseResult {
  const grammar = grammars.get(grammarMajor(serverMajor));
  if (grammar === undefined) throw notLoaded();
  // The library throws an error for an empty text.
  return text.trim() === "" ? { version: 0, stmts: [] } : grammar.parseSync(text);
}

/** Parses a statement whose tree is the same in every version, with a grammar that is loaded. */
export function parseAnywhere(text: string): ParseResult {
  const [grammar] = grammars.values();
  if (grammar === undefined) throw notLoaded();
  return grammar.parseSync(text);
}

/** Parses the body of a `do` block in PL/pgSQL into the tree of libpg-query, which has no types. Throws for another text. */
export function parsePlpgsql(text: string): unknown {
  if (scanner === undefined) throw notLoaded();
  return scanner.parsePlPgSQLSync(text);
}

/** Returns whether the newest grammar accepts a text that an older one may refuse. */
export function newestAccepts(text: string): boolean {
  if (scanner === undefined) throw notLoaded();
  try {
    scanner.parseSync(text);
    return true;
  } catch {
    return false;
  }
}

/** Splits a text into tokens. They are the same in every version; keywords are those of the newest version. */
export function scanSql(text: string): ScanResult {
  if (scanner === undefined) throw notLoaded();
  return scanner.scanSync(text);
}

/** Returns a function that converts the parser's byte offsets to indexes. It is fast if they come in ascending order. */
export function byteOffsets(text: string): (bytes: number) => number {
  const buffer = Buffer.from(text, "utf8");
  if (buffer.length === text.length) return (bytes) => bytes;
  let lastBytes = 0;
  let lastIndex = 0;
  return (bytes) => {
    if (bytes < lastBytes) {
      lastBytes = 0;
      lastIndex = 0;
    }
    lastIndex += buffer.toString("utf8", lastBytes, bytes).length;
    lastBytes = bytes;
    return lastIndex;
  };
}

/** Returns the parser's description of a syntax error; `undefined` for another error. */
export function parserError(
  error: unknown,
): { readonly message: string; readonly position?: number } | undefined {
  for (const { SqlError } of grammars.values()) {
    if (!(error instanceof SqlError)) continue;
    const { message = error.message, cursorPosition } = error.sqlDetails ?? {};
    return { message, ...(cursorPosition === undefined ? {} : { position: cursorPosition }) };
  }
  return undefined;
}

/** Returns the version whose grammar is used for a server: its own, or the nearest available one. */
function grammarMajor(serverMajor: number): GrammarMajor {
  return majors.findLast((major) => major <= serverMajor) ?? majors[0];
}

function notLoaded(): Error {
  return new Error("The parser has not been loaded.");
}
