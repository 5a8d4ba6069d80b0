import { sqlStates } from "../../../../../../foundation/sqlStates";
import { dropStatement } from "../../catalog/objects";
import { declarationsOf } from "../../source/declaredObjects";
import { SqlFileError } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { executedText } from "../../source/statements";
import { fileFailure, isUnparsed } from "../send/fileFailure";
import type { Prefix } from "../send/filePlace";
import { after, before } from "../send/freshSession";
import { type FileMessage, sendFile } from "../send/sendFile";
import type { RepeatableContext } from "./context";
import { rootError, type StuckFile } from "./stuckFiles";

/** SQLSTATEs for a missing object, which another file may still create. */
const notThereYet = new Set([
  sqlStates.undefinedFunction,
  sqlStates.undefinedTable,
  sqlStates.undefinedObject,
  sqlStates.undefinedColumn,
  sqlStates.invalidSchemaName,
  sqlStates.ambiguousFunction,
]);

export function isNotThereYet(error: unknown): error is SqlFileError {
  return error instanceof SqlFileError && notThereYet.has(error.sqlState ?? "");
}

/**
 * Returns statements that drop what cannot be replaced in place, so that the file's plain `create` can run again. The call
 * that schedules a job again sets the same if the file is unchanged, so the job keeps its number and history.
 */
export function dropsBefore(file: BundleFile, { history }: Pick<RepeatableContext, "history">): string[] {
  const isUnchanged = history.get(file.path)?.sha256 === file.sha256;
  return declarationsOf(file)
    .filter((object) => !object.replaceable && !(isUnchanged && object.class === "cron job"))
    .flatMap((object) => dropStatement(object) ?? [])
    .reverse();
}

/** Returns what is sent to run a file, and how much of it comes before the file's own text. */
export function messageOf(
  file: BundleFile,
  drops: readonly string[],
  { session, leftOut }: RepeatableContext,
): FileMessage {
  const first = ["savepoint repeatable", ...before(file), ...drops, ...leftOut.dropsBefore(file)];
  const prefix: Prefix = { text: `${first.join("; ")}; `, statements: first.length };
  const text = leftOut.textOf(file, executedText(file));
  const last = [...after(file, session), "release savepoint repeatable"];
  return { text: `${prefix.text}${text};${last.join("; ")}`, prefix };
}

/** Runs one file behind a savepoint: a failed one leaves nothing. */
export async function runFile(
  file: BundleFile,
  drops: readonly string[],
  context: RepeatableContext,
  { send }: { readonly send?: (() => Promise<void>) | undefined } = {},
): Promise<void> {
  const { session, sequences } = context;
  const { mark } = sequences;
  await sequences.before(file);
  const message = messageOf(file, drops, context);
  try {
    await (send === undefined ? sendFile(file, message, context) : send());
  } catch (error) {
    const failure = fileFailure(file, error, message.prefix, { blocker: session.blocker });
    if (failure instanceof SqlFileError && !isUnparsed(error)) {
      await session.execute("rollback to savepoint repeatable");
      await sequences.restoreSince(mark);
    }
    throw failure;
  }
}

/** Runs files whose objects were dropped with another; those that depend on each other are retried in turn. */
export async function runAgain(files: readonly BundleFile[], context: RepeatableContext): Promise<void> {
  let waiting = [...files];
  while (waiting.length > 0) {
    const stuck: StuckFile[] = [];
    for (const file of waiting) {
      try {
        await runFile(file, dropsBefore(file, context), context);
      } catch (error) {
        if (!isNotThereYet(error)) throw error;
        stuck.push({ file, error });
      }
    }
    if (stuck.length > 0 && stuck.length === waiting.length)
      throw rootError(stuck, (file) => dependenciesOf(file, context));
    waiting = stuck.map(({ file }) => file);
  }
}

/** Returns the paths of the files on which a file depends, by its header and by what it created when it last ran. */
export function dependenciesOf(file: BundleFile, { history }: RepeatableContext): readonly string[] {
  return [...file.dependsOn, ...(history.get(file.path)?.dependsOn ?? [])];
}
