import type { LockWatch } from "../../locks/watch";
import type { Session } from "../../session/session";
import type { BundleFile } from "../../source/files";
import type { Reporter } from "../request";
import { said } from "./fileNotices";
import { type Prefix, statementReached } from "./filePlace";
import { type SkippedStatement, saysSkipped } from "./skippedStatements";

/** A file's text with what must run before and after it, as one message. */
export interface FileMessage {
  readonly text: string;
  readonly prefix: Prefix;
}

/** How a file is sent to the server, and where the server's messages about it go. */
export interface Sender {
  readonly session: Session;
  readonly notice: Reporter["notice"];
  /** Collects the statements that the server skips because an object of that name exists. */
  readonly skipped?: SkippedStatement[];
  /** Receives the results of the probes in the message. */
  readonly locks?: LockWatch | undefined;
}

/**
 * Sends a file immediately, and passes on the server's messages about its statements when all of them have succeeded.
 */
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
