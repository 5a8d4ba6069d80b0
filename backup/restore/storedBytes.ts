import type { StdioOptions } from "node:child_process";
import { createHash } from "node:crypto";
import { type Readable, Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { messageOf, UserError } from "../../foundation/userError";
import { ProcessFailure, startProgram } from "../childProcess";
import { exitCodes } from "../exitCodes";
import type { StoredObject } from "../manifest";
import type { Tools } from "../postgres/tools";
import { ProgramOutput } from "../programOutput";
import { objectKey } from "../runName";
import type { ObjectStore } from "../store/objectStore";

export interface StoredBytesContext {
  readonly store: ObjectStore;
  readonly tools: Tools;
  readonly run: string;
  readonly signal: AbortSignal;
}

/** Hashes a stream, and fails at its end if it does not match the manifest. */
class CheckedBytes extends Transform {
  readonly #expected: StoredObject;
  readonly #hash = createHash("sha256");
  #bytes = 0;

  constructor(expected: StoredObject) {
    super({ highWaterMark: 1024 * 1024 });
    this.#expected = expected;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    const { name, bytes, sha256 } = this.#expected;
    if (this.#bytes !== bytes) done(damaged(name, `${this.#bytes} of ${bytes} bytes`));
    else if (this.#hash.digest("hex") !== sha256)
      done(damaged(name, "its content does not match the manifest"));
    else done();
  }
}

async function openChecked(
  object: StoredObject,
  context: StoredBytesContext,
): Promise<[Readable, CheckedBytes]> {
  const body = await context.store.open(objectKey(context.run, object.name), context.signal);
  if (body === undefined) throw damaged(object.name, "it is missing");
  return [body, new CheckedBytes(object)];
}

/** Reads a small object completely. */
export async function readChecked(object: StoredObject, context: StoredBytesContext): Promise<Buffer> {
  const [body, checked] = await openChecked(object, context);
  const chunks: Buffer[] = [];
  await pipeline(body, checked, async (read: AsyncIterable<Buffer>) => {
    for await (const chunk of read) chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

/** The SQL in a stored object: `zstd -d`, and `pg_restore` for an archive. Nothing is written to disk. */
export interface StoredScript {
  readonly text: ProgramOutput;
  /** Resolves when all of it was read and matches the manifest. Only then may its effects be committed. */
  readonly checked: Promise<void>;
  /** Reads the rest, to determine whether damage caused a failure, and throws if it did. */
  blameStore(): Promise<void>;
}

export async function openScript(object: StoredObject, context: StoredBytesContext): Promise<StoredScript> {
  const [body, checked] = await openChecked(object, context);
  const { signal } = context;
  const environment = { PATH: process.env.PATH, LC_ALL: "C" };
  const text = await ProgramOutput.open();
  const isArchive = object.kind === "archive";
  const decompress = startProgram("zstd", ["--decompress", "--quiet", "--stdout"], {
    environment,
    stdio: ["pipe", isArchive ? "pipe" : text.writer, "pipe"],
    signal,
  });
  const programs = [decompress];
  if (isArchive) {
    const { stdout } = decompress.child;
    const stdio: StdioOptions = [stdout, text.writer, "pipe"];
    programs.push(startProgram(context.tools.pgRestore, ["--file=-"], { environment, stdio, signal }));
    stdout?.destroy();
  }
  text.handOver();
  const { stdin } = decompress.child;
  if (stdin === null) throw new Error("zstd has no standard input");
  const fed = pipeline(body, checked, stdin);
  const allChecked = (async () => {
    const [feeding] = await Promise.allSettled([fed]);
    // If the bucket's data differs from what was stored, that is the cause, and the programs' failures are
    // consequences.
    if (feeding.status === "rejected" && feeding.reason instanceof UserError) throw feeding.reason;
    for (const { ended } of programs) await ended.catch((error) => throwDamage(object, error));
    await fed;
  })();
  allChecked.catch(() => undefined);
  return {
    text,
    checked: allChecked,
    async blameStore() {
      await text.drain();
      const [result] = await Promise.allSettled([allChecked]);
      signal.throwIfAborted();
      if (result.status === "rejected" && result.reason instanceof UserError) throw result.reason;
    },
  };
}

/**
 * Throws the error of a program. One that exits itself could not read its input; one that was killed says nothing about
 * it.
 */
function throwDamage(object: StoredObject, error: unknown): never {
  if (!(error instanceof ProcessFailure)) throw error;
  throw "exitCode" in error.ending ? damaged(object.name, error.message) : objectFailure(object, error);
}

/** Returns the error of a restore that failed while it read or loaded an object, which says nothing about the object. */
export function objectFailure({ name }: Pick<StoredObject, "name">, cause: unknown): UserError {
  return new UserError(`Restoring ${name} failed: ${messageOf(cause)}.`, exitCodes.restoreFailed, { cause });
}

function damaged(name: string, detail: string): UserError {
  return new UserError(`The backup is damaged: ${name}: ${detail}.`, exitCodes.damaged);
}
