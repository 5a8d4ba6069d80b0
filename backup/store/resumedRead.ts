import type { Readable } from "node:stream";

/** A part of an object: what a GET with a range answers. */
export interface ObjectPart {
  readonly body: Readable;
  /** Bytes from the beginning of this part to the end of the object. */
  readonly bytes: number;
}

/** Connections in a row that may break before a byte has come. */
const mostFailures = 4;

/**
 * The bytes of an object from first to last. Where a connection breaks, or ends early, the next one goes on at the byte
 * where it did; so one broken connection in hours neither loses a backup nor lets half of one pass for the whole.
 *
 * @param first the whole object
 * @param continueAt the object from an offset on; to fail when it is no longer the same object
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
    if (failures > mostFailures || offset >= first.bytes) {
      throw failure ?? new Error(`${offset} of ${first.bytes} bytes came`);
    }
    part = await continueAt(offset);
  }
}
