import { backupEvents } from "../../foundation/backupContract";
import { UserError } from "../../foundation/userError";
import { recordCheckpoint } from "../checkpoint/record";
import { makeRestorePoint } from "../checkpoint/restorePoint";
import type { CommandContext } from "../context";
import { readEnvironment } from "../environment";
import { exitCodes } from "../exitCodes";
import { connect } from "../postgres/connect";

export interface CheckpointOptions {
  /** 1 to 20 characters, which Supabase accepts for a restore point. */
  readonly name: string;
  readonly description?: string;
}

export interface Checkpoint {
  readonly event: typeof backupEvents.checkpointMade;
  readonly name: string;
  /** A restore point that Supabase can restore by name, or a database record of the position. */
  readonly kind: "restore point" | "record";
  readonly at: string;
  readonly lsn?: string;
  readonly id?: string;
}

/**
 * Implements `backup checkpoint`: marks the current moment before a critical change. Creates a restore point of
 * Supabase if the project has point-in-time recovery. Otherwise, or if Supabase creates none, records time and log
 * position in the database.
 */
export async function checkpoint(options: CheckpointOptions, context: CommandContext): Promise<Checkpoint> {
  const { name, description } = options;
  if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,18}[\x21-\x7e])?$/.test(name)) {
    throw new UserError("The name of a checkpoint must be 1 to 20 printable characters of ASCII.");
  }
  const settings = readEnvironment(["source", "managementApi"], context.environment);
  const { managementApi } = settings;
  const restorePoint =
    managementApi === undefined
      ? {
          made: false as const,
          reason: "SUPABASE_ACCESS_TOKEN or SUPABASE_PROJECT_REF is not set",
        }
      : await makeRestorePoint(name, managementApi, context.signal);
  const made: Checkpoint = restorePoint.made
    ? { event: backupEvents.checkpointMade, name, kind: "restore point", at: new Date().toISOString() }
    : await record();
  context.print(JSON.stringify(made));
  return made;

  async function record(): Promise<Checkpoint> {
    if (!restorePoint.made) context.progress(`no restore point of Supabase: ${restorePoint.reason}`);
    const client = await connect(settings.source, exitCodes.dumpFailed);
    try {
      const { id, lsn, at } = await recordCheckpoint(client, name, description);
      return { event: backupEvents.checkpointMade, name, kind: "record", at: at.toISOString(), lsn, id };
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
