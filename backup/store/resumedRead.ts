import type { Readable } from "node:stream";

/** A part of an object, as a GET with a range returns it. */
export interface ObjectPart {
  readonly body: Readable;
  /** Bytes from the beginning of this part to the end of the object. */
  readonly bytes: number;
}

/** The number of consecutive connections that may break without sending a byte. */
const maxFailures = 4;

/**
 * Yields the bytes of an object from first to last. If a connection breaks or ends early, the next one continues at
 * that byte. So one broken connection in hours neither loses a backup nor makes half of one look complete.
 *
 * @param first the whole object
 * @param continueAt returns the object from an offset on, and fails if it is no longer the same object
 */
export async function* resumedRead(
  first: ObjectPart,
  continueAt: (offset: number) => Promise<ObjectPart>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  let part = first;
  let offset = 0;
  let failures = 0;
  for (;;) {
    let failure: unknown;
    try {
      for await (const chunk of part.body as AsyncIterable<Buffer>) {
        offset += chunk.length;
        failures = 0;
        yield chunk;
      }
    } catch (error) {
      failure = error;
    }
    if (failure === undefined && offset === first.bytes) return;
    signal?.throwIfAborted();
    failures += 1;
    if (failures > maxFailures || offset >= first.bytes) {
      throw failure ?? new Error(`received ${offset} of ${first.bytes} bytes`);
    }
    part = await continueAt(offset);
  }
}
