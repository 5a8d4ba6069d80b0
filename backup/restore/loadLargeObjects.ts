import { StringDecoder } from "node:string_decoder";
import type pg from "pg";
import { UserError } from "../../foundation/userError";
import type { StoredObject } from "../manifest";
import { maskQuoted } from "../postgres/sqlText";
import type { ProgramOutput } from "../programOutput";
import { objectFailure, openScript, type StoredBytesContext } from "./storedBytes";

/** Statements are sent together up to this size. */
const batchCharacters = 1024 * 1024;

/**
 * The number of statements per transaction that lock their large object. The server has about 60 locks per connection
 * that it allows.
 */
const locksAtOnce = 500;

/** Loads the large objects of an archive. The last transaction is committed only if the bytes match the manifest. */
export async function loadLargeObjects(
  client: pg.Client,
  object: StoredObject,
  context: StoredBytesContext,
): Promise<void> {
  const { text, checked, blameStore } = await openScript(object, context);
  try {
    await client.query("begin");
    let batch = "";
    let locks = 0;
    for await (const statement of statementsOf(text)) {
      if (!isAboutLargeObjects(statement)) continue;
      batch += statement;
      // Not a statement that opens a large object, writes to it or closes it.
      if (/^(?:ALTER|COMMENT|GRANT|REVOKE) /.test(statement)) {
        locks += 1;
        if (locks % locksAtOnce === 0) batch += "commit; begin;\n";
      }
      if (batch.length < batchCharacters) continue;
      await client.query(batch);
      batch = "";
    }
    if (batch !== "") await client.query(batch);
    await checked;
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    await blameStore();
    if (error instanceof UserError) throw error;
    throw objectFailure(object, error);
  }
}

/** Yields the statements and comments of a script: a line, or the lines of a quoted string. */
async function* statementsOf(text: ProgramOutput): AsyncGenerator<string> {
  let statement = "";
  for await (const line of linesOf(text)) {
    statement += line;
    // Nearly all of the script is the bytes of large objects, and each has its own line.
    const isWhole = statement === line && line.startsWith("SELECT pg_catalog.lo");
    if (!isWhole && /['"]/.test(maskQuoted(statement).replaceAll(/--[^\n]*/g, ""))) continue;
    yield statement;
    statement = "";
  }
  yield statement;
}

/** Yields lines with their line endings. */
async function* linesOf(text: ProgramOutput): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for (let chunk = await text.read(); chunk !== undefined; chunk = await text.read()) {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield `${line}\n`;
  }
  yield rest + decoder.end();
}

/**
 * Returns whether to skip a line: the script of `pg_restore` begins with settings of its own version, ends each
 * object's transaction, and contains psql commands.
 */
function isAboutLargeObjects(statement: string): boolean {
  return !/^(?:SET |BEGIN;|COMMIT;|\\|--|SELECT pg_catalog\.set_config)/.test(statement);
}
