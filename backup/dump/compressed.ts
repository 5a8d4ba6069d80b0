import { createHash } from "node:crypto";
import { ProcessFailure, type RunningProgram, startProgram } from "../childProcess";
import { ProgramOutput } from "../programOutput";
import type { ObjectStore } from "../store/objectStore";

/** The stored output of a program. */
export interface StoredOutput {
  readonly bytes: number;
  readonly sha256: string;
}

/** Arguments of zstd for all objects of a backup. */
const zstdArguments = ["-1", "--single-thread", "--quiet", "--stdout"];

/**
 * Compresses the standard output of a program while it is uploaded to a new object. Nothing is written to disk, and
 * only the parts in transit are in memory. The object appears only if both programs succeed.
 */
export class CompressedOutput {
  /** The program that produces the output. */
  readonly producer: RunningProgram;
  readonly #compress: RunningProgram;
  readonly #compressed: ProgramOutput;
  #first: Promise<Buffer | undefined> | undefined;

  private constructor(producer: RunningProgram, compressed: ProgramOutput, signal: AbortSignal) {
    this.producer = producer;
    this.#compressed = compressed;
    this.#compress = startProgram("zstd", zstdArguments, {
      environment: { PATH: process.env.PATH },
      // The pipe connects the programs directly, without passing through this process.
      stdio: [producer.child.stdout, compressed.writer, "pipe"],
      signal,
    });
    // Otherwise the producer would not notice that its reader has ended, and this process would not notice the end of
    // the output.
    producer.child.stdout?.destroy();
    compressed.handOver();
  }

  /**
   * Starts the program and its compression.
   *
   * @param start starts the program, whose standard output is a pipe
   */
  static async open(start: () => RunningProgram, signal: AbortSignal): Promise<CompressedOutput> {
    const compressed = await ProgramOutput.open();
    return new CompressedOutput(start(), compressed, signal);
  }

  /** Resolves when there is output to store, or the programs have ended. */
  async begun(): Promise<void> {
    this.#first ??= this.#compressed.read();
    await this.#first;
  }

  /**
   * Stores the output as a new object. The object appears only if both programs succeed.
   *
   * @throws ProcessFailure of the program that failed first, or the store's error
   */
  async store(
    key: string,
    { store, signal }: { readonly store: ObjectStore; readonly signal: AbortSignal },
  ): Promise<StoredOutput> {
    const hash = createHash("sha256");
    let bytes = 0;
    const compressed = this.#compressed;
    const first = this.#first ?? compressed.read();
    const ended = async (): Promise<void> => await this.ended();
    const body = async function* (): AsyncGenerator<Buffer> {
      for (let chunk = await first; chunk !== undefined; chunk = await compressed.read()) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
      // The end of the object is held back until the programs have succeeded.
      await ended();
    };
    try {
      await store.putStream(key, body(), signal);
    } catch (error) {
      // The programs end when their output is no longer read. If one failed itself, that is the cause.
      compressed.close();
      throw (await this.#firstFailure()) ?? error;
    }
    return { bytes, sha256: hash.digest("hex") };
  }

  /** Resolves when both programs have succeeded. */
  async ended(): Promise<void> {
    await this.producer.ended;
    await this.#compress.ended;
  }

  /** Stops both programs and waits for their end. */
  async stop(): Promise<void> {
    this.producer.child.kill("SIGTERM");
    this.#compress.child.kill("SIGTERM");
    this.#compressed.close();
    await Promise.allSettled([this.producer.ended, this.#compress.ended]);
  }

  /** Returns the failure that caused the others: not a broken pipe, which only follows from the end of the reading program. */
  async #firstFailure(): Promise<ProcessFailure | undefined> {
    for (const result of await Promise.allSettled([this.producer.ended, this.#compress.ended])) {
      if (result.status === "fulfilled" || !(result.reason instanceof ProcessFailure)) continue;
      if (!wasBrokenPipe(result.reason)) return result.reason;
    }
    return undefined;
  }
}

/**
 * Returns whether a program ended because its reader closed. Node's pipes are sockets, which are reset if they contain
 * data.
 */
function wasBrokenPipe({ ending, errorText }: ProcessFailure): boolean {
  return (
    ("signal" in ending && ending.signal === "SIGPIPE") ||
    /broken pipe|could not write|writ.*connection reset by peer/i.test(errorText)
  );
}
