import { randomUUID } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";

export interface AtomicWriteOptions {
  /** Permissions of the file, regardless of the umask. Default: `0o600`. */
  readonly mode?: number;
  /** Owner of the file. Default: the user of this process. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Flushes the contents to disk before this returns, so they survive a power cut. Default: false. */
  readonly durable?: boolean;
}

/**
 * Replaces a file atomically: readers, other writers and kills leave either the old or the new contents. The folder must
 * exist. A failed write (a full disk) keeps the old file and leaves no draft.
 */
export function writeFileAtomically(
  file: string,
  contents: string | Uint8Array,
  options: AtomicWriteOptions = {},
): void {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    writeDraft(draft, contents, options);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function writeDraft(draft: string, contents: string | Uint8Array, options: AtomicWriteOptions): void {
  const { mode = 0o600, owner, durable = false } = options;
  const descriptor = openSync(draft, "wx", mode);
  try {
    writeFileSync(descriptor, contents);
    fchmodSync(descriptor, mode);
    if (owner !== undefined) fchownSync(descriptor, owner.uid, owner.gid);
    if (durable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
