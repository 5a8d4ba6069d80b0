import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import { ProcessFailure, type RunningProgram, startProgram } from "../childProcess";
import type { ObjectStore } from "../store/objectStore";

/** What was stored of a program's output. */
export interface StoredOutput {
  readonly bytes: number;
  readonly sha256: string;
}

/** Arguments of zstd for every object of a backup. */
const zstdArguments = ["-1", "--single-thread", "--quiet", "--stdout"];

/**
 * The standard output of a program, compressed on its way into a new object: nothing on disk, and no more in memory than the
 * parts on their way. Little is read before `store` is called, and the object appears only when both programs have ended well.
 */
export class CompressedOutput {
  readonly #producer: RunningProgram;
  readonly #compress: RunningProgram;
  readonly #meter: Meter;

  constructor(producer: RunningProgram, signal: AbortSignal) {
    this.#producer = producer;
    this.#compress = startProgram("zstd", zstdArguments, {
      environment: { PATH: process.env.PATH },
      // The pipe goes from program to program; none of it passes through this process.
      stdio: [producer.child.stdout, "pipe", "pipe"],
      signal,
    });
    // Otherwise the producer would never hear that its reader is gone.
    producer.child.stdout?.destroy();
    const output = this.#compress.child.stdout;
    if (output === null) throw new Error("zstd has no standard output");
    this.#meter = new Meter(() => this.ended());
    this.#meter.on("error", () => undefined);
    // At once: Node throws away what a program has written when it ends and nobody reads it.
    output.on("error", (error) => this.#meter.destroy(error)).pipe(this.#meter);
  }

  /**
   * @param expectedBytes an estimate of what comes, for the size of the parts
   * @throws ProcessFailure of the program that failed first, or the store's error
   */
  async store(
    key: string,
    expectedBytes: number,
    { store, signal }: { readonly store: ObjectStore; readonly signal: AbortSignal },
  ): Promise<StoredOutput> {
    const meter = this.#meter;
    try {
      await store.putStream(key, meter, expectedBytes, signal);
    } catch (error) {
      // The programs end when nobody reads any more; their own failure is the cause where there is one.
      this.#compress.child.stdout?.destroy();
      throw (await this.#firstFailure()) ?? error;
    }
    return { bytes: meter.bytes, sha256: meter.sha256 };
  }

  /** Resolves when both programs have ended well. */
  async ended(): Promise<void> {
    await this.#producer.ended;
    await this.#compress.ended;
  }

  /** Ends both programs and waits until they are gone. */
  async stop(): Promise<void> {
    this.#producer.child.kill("SIGTERM");
    this.#compress.child.kill("SIGTERM");
    this.#compress.child.stdout?.destroy();
    await Promise.allSettled([this.#producer.ended, this.#compress.ended]);
  }

  /** The failure that is a cause: not that of a program whose reader had gone. */
  async #firstFailure(): Promise<ProcessFailure | undefined> {
    for (const result of await Promise.allSettled([this.#producer.ended, this.#compress.ended])) {
      if (result.status === "fulfilled" || !(result.reason instanceof ProcessFailure)) continue;
      if (!wasBrokenPipe(result.reason)) return result.reason;
    }
    return undefined;
  }
}

/** Measures what passes, and holds back the end until the programs before it have ended well. */
class Meter extends Transform {
  readonly #hash = createHash("sha256");
  readonly #endedWell: () => Promise<void>;
  bytes = 0;
  sha256 = "";

  constructor(endedWell: () => Promise<void>) {
    super({ highWaterMark: 1024 * 1024 });
    this.#endedWell = endedWell;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.bytes += chunk.length;
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.#endedWell().then(
      () => {
        this.sha256 = this.#hash.digest("hex");
        done();
      },
      (error: Error) => done(error),
    );
  }
}

/** An ending for want of a reader; Node's pipes are sockets, and reset where they hold something. */
function wasBrokenPipe({ ending, errorText }: ProcessFailure): boolean {
  return (
    ending === "signal SIGPIPE" ||
    /broken pipe|could not write|writ.*connection reset by peer/i.test(errorText)
  );
}
