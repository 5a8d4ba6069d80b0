import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson, type JsonValue } from "../foundation/json";

/** The form of the manifest that this program writes, and the newest that it reads. */
export const manifestVersion = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();

const storedObject = z.object({
  /** Name below the run's prefix. */
  name: z.string().min(1),
  /** `archive` is a custom-format archive of `pg_dump` in a zstd frame; `sql` is plain text. */
  kind: z.enum(["archive", "sql"]),
  /** What is in it, in the order in which a restore needs it. */
  content: z.enum([
    "globals",
    "schema",
    "data",
    "auth",
    "storage",
    "large objects",
    "publication",
    "materialized views",
    "jobs",
  ]),
  bytes: count,
  sha256,
});
export type StoredObject = z.infer<typeof storedObject>;

const tableCount = z.object({ schema: z.string(), table: z.string(), rows: count });
export type TableCount = z.infer<typeof tableCount>;

const source = z.object({
  systemIdentifier: z.string(),
  database: z.string(),
  databaseOid: z.number().int(),
  /** Position of the write-ahead log when the snapshot was taken. */
  lsn: z.string(),
  serverVersion: z.string(),
});
export type SourceIdentity = z.infer<typeof source>;

const manifestSchema = z.object({
  formatVersion: z.literal(manifestVersion),
  run: z.string(),
  tool: z.object({ version: z.string(), pgDump: z.string(), zstd: z.string() }),
  source,
  snapshot: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** Schemas of the database other than PostgreSQL's own: without them the entries of an archive cannot be told apart. */
  schemas: z.array(z.string()),
  /** Roles that own something or are granted something. */
  roles: z.array(z.string()),
  extensions: z.array(z.object({ name: z.string(), version: z.string(), schema: z.string() })),
  /** Rows per table in the very snapshot that was dumped. */
  tables: z.array(tableCount),
  objects: z.array(storedObject),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** The text to store: the manifest and, in `sha256`, the hash of all the rest, so that a flipped byte shows here too. */
export function sealManifest(manifest: Manifest): string {
  return `${JSON.stringify({ ...manifest, sha256: hashOf(manifest) }, null, 2)}\n`;
}

export type OpenedManifest =
  | { readonly verdict: "intact"; readonly manifest: Manifest }
  | {
      readonly verdict: "manifest damaged" | "manifest too new" | "manifest misplaced";
      readonly detail: string;
    };

/** Reads a stored manifest, and says what is wrong with it where something is. */
export function openManifest(text: string, run: string): OpenedManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { verdict: "manifest damaged", detail: "it is not JSON" };
  }
  const version = z.object({ formatVersion: z.number() }).safeParse(value);
  if (version.success && version.data.formatVersion > manifestVersion) {
    return {
      verdict: "manifest too new",
      detail: `it has format ${version.data.formatVersion} and this program reads up to ${manifestVersion}`,
    };
  }
  const sealed = manifestSchema.extend({ sha256 }).strict().safeParse(value);
  if (!sealed.success) {
    const places = sealed.error.issues.map((issue) => issue.path.join(".") || "the whole").join(", ");
    return { verdict: "manifest damaged", detail: `it does not have the form of a manifest: ${places}` };
  }
  const { sha256: expected, ...manifest } = sealed.data;
  if (hashOf(manifest) !== expected) {
    return { verdict: "manifest damaged", detail: "its content does not have the hash that it names" };
  }
  if (manifest.run !== run) {
    return { verdict: "manifest misplaced", detail: `it is that of run ${manifest.run}` };
  }
  return { verdict: "intact", manifest };
}

function hashOf(manifest: Manifest): string {
  return createHash("sha256")
    .update(canonicalJson(manifest as unknown as JsonValue))
    .digest("hex");
}
