import { createHash } from "node:crypto";
import { messageOf } from "../../foundation/userError";
import type { StoredObject } from "../manifest";
import type { Tools } from "../postgres/tools";
import type { ObjectStore } from "../store/objectStore";
import { contentReader, type Depth } from "./archiveReader";

/** The verdict on one object. Each kind of damage has its own word. */
export type ObjectVerdict =
  | "intact"
  /** The right size with other bytes. */
  | "altered"
  | "missing"
  /** A delete marker is its latest version. */
  | "hidden"
  | "truncated"
  | "extended"
  | "empty"
  /** The bytes of another object of the same run. */
  | "swapped"
  /** The right bytes, but another size in the manifest. */
  | "wrong size"
  /** The right bytes, but not a readable archive. */
  | "unreadable"
  /** Listed below the run's prefix but not in its manifest. */
  | "unknown object"
  /** It has several versions, although a backup never writes an object twice. */
  | "overwritten"
  /** No verdict: it could not be read. */
  | "could not check";

export interface ObjectReport {
  readonly object: string;
  readonly verdict: ObjectVerdict;
  readonly detail?: string;
}

export interface InspectionContext {
  readonly store: ObjectStore;
  readonly tools: Tools;
  readonly depth: Depth;
  readonly signal: AbortSignal;
}

/** Reads an object completely and compares it with the manifest. */
export async function inspectObject(
  key: string,
  expected: StoredObject,
  all: readonly StoredObject[],
  context: InspectionContext,
): Promise<ObjectReport> {
  const object = expected.name;
  let found: Measurement | undefined;
  try {
    found = await measure(key, expected.kind, context);
  } catch (error) {
    context.signal.throwIfAborted();
    return {
      object,
      verdict: "could not check",
      detail: messageOf(error),
    };
  }
  if (found === undefined) return { object, verdict: "missing" };
  return { object, ...judge(expected, found, all) };
}

interface Measurement {
  readonly bytes: number;
  readonly sha256: string;
  /** Why the archive is not readable. */
  readonly error: string | undefined;
}

async function measure(
  key: string,
  kind: StoredObject["kind"],
  { store, ...context }: InspectionContext,
): Promise<Measurement | undefined> {
  const body = await store.open(key, context.signal);
  if (body === undefined) return undefined;
  const reader = contentReader(kind, context);
  const hash = createHash("sha256");
  let bytes = 0;
  let error: string | undefined;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      await reader?.write(chunk);
    }
  } finally {
    // Also after a failed download, so no program is left running.
    error = await reader?.finish();
  }
  return { bytes, sha256: hash.digest("hex"), error };
}

/** pg_restore's message about an archive of a newer version (src/bin/pg_dump/pg_backup_archiver.c, ReadHead). */
const newerArchive = /unsupported version \([\d.]+\) in file header/;

function judge(
  expected: StoredObject,
  found: Measurement,
  all: readonly StoredObject[],
): Pick<ObjectReport, "verdict" | "detail"> {
  if (found.sha256 === expected.sha256) {
    if (found.bytes !== expected.bytes) {
      return { verdict: "wrong size", detail: `${found.bytes} bytes, the manifest says ${expected.bytes}` };
    }
    if (found.error === undefined) return { verdict: "intact" };
    if (!newerArchive.test(found.error)) return { verdict: "unreadable", detail: found.error };
    const advice = "install the client programs of the version that made the backup, or newer ones";
    return { verdict: "could not check", detail: `${found.error}; ${advice}` };
  }
  if (found.bytes === 0) return { verdict: "empty" };
  const other = all.find(({ sha256 }) => sha256 === found.sha256);
  if (other !== undefined) return { verdict: "swapped", detail: `it has the content of ${other.name}` };
  const sizes = `${found.bytes} of ${expected.bytes} bytes`;
  if (found.bytes < expected.bytes) return { verdict: "truncated", detail: sizes };
  if (found.bytes > expected.bytes) return { verdict: "extended", detail: sizes };
  return { verdict: "altered", detail: `SHA-256 ${found.sha256}, the manifest says ${expected.sha256}` };
}
