import { createHash } from "node:crypto";
import * as z from "zod";
import { canonicalJson, type JsonValue } from "../foundation/json";

/**
 * The manifest format that this program writes and reads. A new field needs a new version: a program of the same version would report
 * the manifest as damaged.
 */
export const manifestVersion = 2;
/** The last version of this program that read format 1. */
const lastVersionForFormat1 = "0.1.0";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();

const storedObject = z.object({
  /** Name below the run's prefix. */
  name: z.string().min(1),
  /**
   * - `archive`: a custom-format archive of `pg_dump` in a zstd frame.
   * - `rows`: an SQL script for `psql` in a zstd frame. For each table it has one `copy … from stdin;` with its column
   *   list, the rows in COPY's text format, and `\\.`. It has no transaction of its own.
   * - `sql`: plain text.
   * - `json`: plain text.
   */
  kind: z.enum(["archive", "rows", "sql", "json"]),
  /** The content. */
  content: z.enum([
    "globals",
    "schema",
    /** Rows of the application's tables, including those in schemas with a platform's name. */
    "data",
    /** Rows that an extension marks as user data (`pg_extension_config_dump`), such as those of `spatial_ref_sys`. */
    "extension data",
    "auth",
    "storage",
    "large objects",
    /** `setval` for every sequence, with the values in `sequences`. */
    "sequences",
    "publication",
    "materialized views",
    "jobs",
    /**
     * Owners, grants, row security and policies of every object, in the format of `accessInventory` in
     * postgres/accessText.ts.
     */
    "access",
  ]),
  bytes: count,
  sha256,
});
export type StoredObject = z.infer<typeof storedObject>;

const tableCount = z.object({
  schema: z.string(),
  table: z.string(),
  /** Counted by the COPY that wrote them, so count and data cannot differ. */
  rows: count,
  /** Name of the stored object that contains the rows. */
  archive: z.string(),
});

const sequenceValue = z.object({
  schema: z.string(),
  sequence: z.string(),
  /** A bigint as a string. */
  lastValue: z.string().regex(/^-?\d+$/),
  isCalled: z.boolean(),
});
export type SequenceValue = z.infer<typeof sequenceValue>;

const source = z.object({
  systemIdentifier: z.string(),
  database: z.string(),
  databaseOid: z.number().int(),
  /** Position of the write-ahead log at the time of the snapshot. */
  lsn: z.string(),
  serverVersion: z.string(),
  /** 15, 16, 17. */
  serverMajor: z.number().int(),
  /** Reference of the Supabase project; null if the source is none, or the environment does not name it. */
  projectRef: z.string().nullable(),
});
export type SourceIdentity = z.infer<typeof source>;

const notCovered = z.object({
  /** What is omitted, by kind and name: `rows of auth.sessions`, `password of role app_login`. */
  what: z.string(),
  /** The reason, and how to restore it. */
  reason: z.string(),
});
export type NotCovered = z.infer<typeof notCovered>;

const manifestSchema = z.object({
  formatVersion: z.literal(manifestVersion),
  run: z.string(),
  tool: z.object({ version: z.string(), pgDump: z.string(), zstd: z.string() }),
  source,
  snapshot: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** Schemas of the database other than PostgreSQL's own, which are needed to parse the entries of an archive. */
  schemas: z.array(z.string()),
  /** All roles of the server. */
  roles: z.array(z.string()),
  extensions: z.array(z.object({ name: z.string(), version: z.string(), schema: z.string() })),
  /** All tables whose rows are in the backup. */
  tables: z.array(tableCount),
  /** All sequences of the application, including those without a table, read after the snapshot was taken. */
  sequences: z.array(sequenceValue),
  /** Number of large objects. */
  largeObjects: count,
  /** Size of the database on disk, with indexes. */
  databaseBytes: count.optional(),
  /** What the database contains and the backup omits. */
  notCovered: z.array(notCovered),
  objects: z.array(storedObject),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Returns the stored text: the manifest and, in `sha256`, the hash of the rest, which detects a flipped byte. */
export function sealManifest(manifest: Manifest): string {
  return `${JSON.stringify({ ...manifest, sha256: hashOf(manifest) }, null, 2)}\n`;
}

export type OpenedManifest =
  | { readonly verdict: "intact"; readonly manifest: Manifest }
  | {
      readonly verdict: "manifest damaged" | "manifest too new" | "manifest too old" | "manifest misplaced";
      readonly detail: string;
      /** The database of the backup, if another format names it as this one does. */
      readonly source?: SourceName | undefined;
    };

/** What a manifest of any format says about the database. */
const anySource = z.object({
  source: source.pick({ systemIdentifier: true, database: true, projectRef: true }),
});
export type SourceName = z.infer<typeof anySource>["source"];

/** Reads a stored manifest and reports what is wrong with it. */
export function openManifest(text: string, run: string): OpenedManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { verdict: "manifest damaged", detail: "it is not JSON" };
  }
  const version = z.object({ formatVersion: z.number() }).safeParse(value);
  const ofOtherFormat = anySource.safeParse(value).data;
  if (version.success && version.data.formatVersion > manifestVersion) {
    return {
      verdict: "manifest too new",
      detail: `it has format ${version.data.formatVersion} and this program reads up to ${manifestVersion}`,
      ...ofOtherFormat,
    };
  }
  if (version.success && version.data.formatVersion < manifestVersion) {
    return {
      verdict: "manifest too old",
      detail: `it has format ${version.data.formatVersion}, which this program no longer reads: restore it with version ${lastVersionForFormat1} of the program`,
      ...ofOtherFormat,
    };
  }
  const sealed = manifestSchema.extend({ sha256 }).strict().safeParse(value);
  if (!sealed.success) {
    const places = sealed.error.issues
      .map((issue) => issue.path.join(".") || "the whole document")
      .join(", ");
    return { verdict: "manifest damaged", detail: `it does not match the schema of a manifest: ${places}` };
  }
  const { sha256: expected, ...manifest } = sealed.data;
  if (hashOf(manifest) !== expected) {
    return { verdict: "manifest damaged", detail: "its content does not match its hash" };
  }
  if (manifest.run !== run) {
    return { verdict: "manifest misplaced", detail: `it belongs to run ${manifest.run}` };
  }
  return { verdict: "intact", manifest };
}

function hashOf(manifest: Manifest): string {
  return createHash("sha256")
    .update(canonicalJson(manifest as unknown as JsonValue))
    .digest("hex");
}
