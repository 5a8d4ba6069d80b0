import type { LockWatch } from "../locks/watch";
import type { Session } from "../session/session";
import type { Answers, Notice } from "../session/wire";
import { placeOf } from "../source/errors";
import type { BundleFile } from "../source/files";
import { type Prefix, placeInFile, statementReached } from "./fileFailure";
import type { Reporter } from "./request";
import { type SkippedStatement, saysSkipped } from "./skippedStatements";

/** A file's text with what has to run before and after it, as one message. */
export interface FileMessage {
  readonly text: string;
  readonly prefix: Prefix;
}

/** How a file gets to the server, and where what the server says of it goes. */
export interface Sender {
  readonly session: Session;
  readonly notice: Reporter["notice"];
  /** Collects the statements that the server skips because something of that name exists. */
  readonly skipped?: SkippedStatement[];
  /** Takes the answers of the probes in the message. */
  readonly locks?: LockWatch | undefined;
}

/** Sends a file at once, and passes on what the server said of its statements when all of them have succeeded. */
export async function sendFile(
  file: BundleFile,
  { text, prefix }: FileMessage,
  { session, notice, skipped, locks }: Sender,
): Promise<void> {
  const answers = await session.execute(text);
  if (prefix.inserted !== undefined) locks?.record(file, answers.results);
  for (const { completed } of answers.notices.filter(saysSkipped)) {
    const statement = statementReached(file, completed, prefix);
    if (statement !== undefined) skipped?.push({ file, statement });
  }
  for (const { severity, line } of said(file, answers, prefix)) notice(severity, line);
}

/** What the server said beside its results about the file's own statements, as lines with their place. */
function said(
  file: BundleFile,
  { notices, noticesDropped }: Answers,
  prefix: Prefix,
): { readonly severity: Notice["severity"]; readonly line: string }[] {
  const lines = notices.flatMap((notice) => {
    const statement = statementReached(file, notice.completed, prefix);
    // Before and after the file's own statements come ours.
    if (statement === undefined) return [];
    const index = placeInFile(file, notice, { prefix, statement }) ?? statement.start;
    const place = `${file.display}:${placeOf(file.text, index).line}`;
    const more = [notice.detail, notice.hint].filter((text) => text !== undefined);
    const text = [`${place}: ${notice.message}`, ...more.map((line) => `  ${line}`)].join("\n");
    return [{ severity: notice.severity, line: text }];
  });
  const last = lines.at(-1);
  if (noticesDropped === 0 || last === undefined) return lines;
  return [...lines, { severity: last.severity, line: `${file.display}: … and ${noticesDropped} more` }];
}
