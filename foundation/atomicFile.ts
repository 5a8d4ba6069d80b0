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
  /** Permissions of the file, whatever the umask. Default: `0o600`. */
  readonly mode?: number;
  /** Who owns the file. Default: who runs this process. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Whether the contents are on the disk when this returns, so that they survive a power cut. Default: false. */
  readonly durable?: boolean;
}

/**
 * Replaces a file in one step: a reader, a second writer or a kill finds the old contents or the new ones, never a part.
 * The folder must exist. A write that fails (a full disk) leaves the old file and no draft.
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
