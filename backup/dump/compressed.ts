import { createHash } from "node:crypto";
import { ProcessFailure, type RunningProgram, startProgram } from "../childProcess";
import { ProgramOutput } from "../programOutput";
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
 * parts on their way. The object appears only when both programs have ended well.
 */
export class CompressedOutput {
  /** The program whose output it is. */
  readonly producer: RunningProgram;
  readonly #compress: RunningProgram;
  readonly #compressed: ProgramOutput;

  private constructor(producer: RunningProgram, compressed: ProgramOutput, signal: AbortSignal) {
    this.producer = producer;
    this.#compressed = compressed;
    this.#compress = startProgram("zstd", zstdArguments, {
      environment: { PATH: process.env.PATH },
      // The pipe goes from program to program; none of it passes through this process.
      stdio: [producer.child.stdout, compressed.writer, "pipe"],
      signal,
    });
    // Otherwise the producer would never hear that its reader is gone, and this process that the output has ended.
    producer.child.stdout?.destroy();
    compressed.handOver();
  }

  /** @param start starts the program, whose standard output is a pipe */
  static async open(start: () => RunningProgram, signal: AbortSignal): Promise<CompressedOutput> {
    const compressed = await ProgramOutput.open();
    return new CompressedOutput(start(), compressed, signal);
  }

  /** @throws ProcessFailure of the program that failed first, or the store's error */
  async store(
    key: string,
    { store, signal }: { readonly store: ObjectStore; readonly signal: AbortSignal },
  ): Promise<StoredOutput> {
    const hash = createHash("sha256");
    let bytes = 0;
    const compressed = this.#compressed;
    const ended = async (): Promise<void> => await this.ended();
    const body = async function* (): AsyncGenerator<Buffer> {
      for (let chunk = await compressed.read(); chunk !== undefined; chunk = await compressed.read()) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
      // The end of the object is held back until the programs have ended well.
      await ended();
    };
    try {
      await store.putStream(key, body(), signal);
    } catch (error) {
      // The programs end when nobody reads any more; their own failure is the cause where there is one.
      compressed.close();
      throw (await this.#firstFailure()) ?? error;
    }
    return { bytes, sha256: hash.digest("hex") };
  }

  /** Resolves when both programs have ended well. */
  async ended(): Promise<void> {
    await this.producer.ended;
    await this.#compress.ended;
  }

  /** Ends both programs and waits until they are gone. */
  async stop(): Promise<void> {
    this.producer.child.kill("SIGTERM");
    this.#compress.child.kill("SIGTERM");
    this.#compressed.close();
    await Promise.allSettled([this.producer.ended, this.#compress.ended]);
  }

  /** The failure that is a cause: not that of a program whose reader had gone. */
  async #firstFailure(): Promise<ProcessFailure | undefined> {
    for (const result of await Promise.allSettled([this.producer.ended, this.#compress.ended])) {
      if (result.status === "fulfilled" || !(result.reason instanceof ProcessFailure)) continue;
      if (!wasBrokenPipe(result.reason)) return result.reason;
    }
    return undefined;
  }
}

/** An ending for want of a reader; Node's pipes are sockets, and reset where they hold something. */
function wasBrokenPipe({ ending, errorText }: ProcessFailure): boolean {
  return (
    ending === "signal SIGPIPE" ||
    /broken pipe|could not write|writ.*connection reset by peer/i.test(errorText)
  );
}
