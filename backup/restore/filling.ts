import type pg from "pg";
import type { CommandContext } from "../context";
import type { DatabaseSettings } from "../environment";
import type { Manifest } from "../manifest";
import type { AccessEntry } from "../postgres/access";
import type { Tools } from "../postgres/tools";
import type { ObjectStore } from "../store/objectStore";
import type { SchemaEntry } from "./schemaArchive";

/** All of a backup except its rows, read and checked before the target is changed. */
export interface BackupTexts {
  readonly schema: readonly SchemaEntry[];
  readonly access: readonly AccessEntry[];
  readonly globals: string;
  readonly sequences: string;
  readonly publication: string;
  readonly materializedViews: string;
  readonly jobs: string;
}

export interface Filling extends Pick<CommandContext, "progress" | "signal"> {
  readonly client: pg.Client;
  readonly settings: DatabaseSettings;
  readonly serverMajor: number;
  /** Whether the target is a Supabase project. */
  readonly isProject: boolean;
  readonly manifest: Manifest;
  readonly texts: BackupTexts;
  readonly store: ObjectStore;
  readonly tools: Tools;
  /** The number of parallel sessions. */
  readonly parallel: number;
}
