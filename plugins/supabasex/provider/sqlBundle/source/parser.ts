import { setFlagsFromString } from "node:v8";
import type { ParseResult, ScanResult } from "libpg-query";

/** PostgreSQL's own parser, compiled to WebAssembly. It is loaded when first asked for: most operations need none. */
let library: typeof import("libpg-query") | undefined;

/** Has to be awaited once before anything that parses is called. */
export async function loadParser(): Promise<void> {
  if (library !== undefined) return;
  // A bundle is parsed in a moment. To optimize the code meanwhile takes three times as long as running it as it is.
  setFlagsFromString("--liftoff-only");
  const loading = await import("libpg-query");
  await loading.loadModule();
  library = loading;
}

/** Throws SqlError where the parser refuses the text. */
export function parseSql(text: string): ParseResult {
  return loaded().parseSync(text);
}

export function scanSql(text: string): ScanResult {
  return loaded().scanSync(text);
}

/** The parser's own account of what it refused: `undefined` when the error is another one. */
export function parserFault(
  error: unknown,
): { readonly message: string; readonly position?: number } | undefined {
  if (!(error instanceof loaded().SqlError)) return undefined;
  const { message = error.message, cursorPosition } = error.sqlDetails ?? {};
  return { message, ...(cursorPosition === undefined ? {} : { position: cursorPosition }) };
}

function loaded(): typeof import("libpg-query") {
  if (library === undefined) throw new Error("The parser has not been loaded.");
  return library;
}
