import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type pg from "pg";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import type { StoredObject } from "../manifest";
import type { ProgramOutput } from "../programOutput";
import { openScript, type StoredBytesContext } from "./storedBytes";

/** Statements are sent together up to this size. */
const batchCharacters = 1024 * 1024;

/** Loads the large objects of an archive as one transaction, which is committed only if the bytes are those of the manifest. */
export async function loadLargeObjects(
  client: pg.Client,
  object: StoredObject,
  context: StoredBytesContext,
): Promise<void> {
  const { text, checked, blameStore } = await openScript(object, context);
  try {
    await client.query("begin");
    let batch = "";
    for await (const line of createInterface({
      input: Readable.from(copies(text)),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      if (!isAboutLargeObjects(line)) continue;
      batch += `${line}\n`;
      if (batch.length < batchCharacters || !line.endsWith(";")) continue;
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
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`Restoring ${object.name} failed: ${reason}.`, exitCodes.restoreFailed, {
      cause: error,
    });
  }
}

/** A stream reads ahead, so that it needs chunks that stay what they are. */
async function* copies(text: ProgramOutput): AsyncGenerator<Buffer> {
  for (let chunk = await text.read(); chunk !== undefined; chunk = await text.read())
    yield Buffer.from(chunk);
}

/** The script of `pg_restore` begins with settings of its own version, ends each object's transaction, and speaks to psql. */
function isAboutLargeObjects(line: string): boolean {
  return !/^(?:SET |BEGIN;|COMMIT;|\\|--|SELECT pg_catalog\.set_config)/.test(line);
}
