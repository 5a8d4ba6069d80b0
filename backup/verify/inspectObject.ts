import { createHash } from "node:crypto";
import type { StoredObject } from "../manifest";
import type { Tools } from "../postgres/tools";
import type { ObjectStore } from "../store/objectStore";
import { contentReader, type Depth } from "./archiveReader";

/** What is to be said of one object. Every kind of damage has a word of its own. */
export type ObjectVerdict =
  | "intact"
  /** Of the right size, with other bytes. */
  | "altered"
  | "missing"
  | "truncated"
  | "extended"
  | "empty"
  /** The bytes of another object of the same run. */
  | "swapped"
  /** The right bytes, but the manifest names another size. */
  | "wrong size"
  /** The right bytes, and yet no archive that can be read. */
  | "unreadable"
  /** Listed below the run's prefix and not in its manifest. */
  | "unknown object"
  /** There are several versions of it, and no backup ever writes an object twice. */
  | "overwritten"
  /** Nothing is said against it: it could not be read. */
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

/** Reads an object from first byte to last and compares it with what the manifest says of it. */
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
      detail: error instanceof Error ? error.message : String(error),
    };
  }
  if (found === undefined) return { object, verdict: "missing" };
  return { object, ...judge(expected, found, all) };
}

interface Measurement {
  readonly bytes: number;
  readonly sha256: string;
  /** Why it is no archive that can be read. */
  readonly fault: string | undefined;
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
  let fault: string | undefined;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      await reader?.write(chunk);
    }
  } finally {
    // After a failed download too: no program is left behind.
    fault = await reader?.finish();
  }
  return { bytes, sha256: hash.digest("hex"), fault };
}

/** How pg_restore refuses an archive of a newer version (src/bin/pg_dump/pg_backup_archiver.c, ReadHead). */
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
    if (found.fault === undefined) return { verdict: "intact" };
    if (!newerArchive.test(found.fault)) return { verdict: "unreadable", detail: found.fault };
    const advice = "install the client programs of the version that made the backup, or newer ones";
    return { verdict: "could not check", detail: `${found.fault}; ${advice}` };
  }
  if (found.bytes === 0) return { verdict: "empty" };
  const other = all.find(({ sha256 }) => sha256 === found.sha256);
  if (other !== undefined) return { verdict: "swapped", detail: `it has the content of ${other.name}` };
  const sizes = `${found.bytes} of ${expected.bytes} bytes`;
  if (found.bytes < expected.bytes) return { verdict: "truncated", detail: sizes };
  if (found.bytes > expected.bytes) return { verdict: "extended", detail: sizes };
  return { verdict: "altered", detail: `SHA-256 ${found.sha256}, the manifest says ${expected.sha256}` };
}
