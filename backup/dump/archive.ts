import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import { UserError } from "../../foundation/userError";
import { ProcessFailure, startProgram } from "../childProcess";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import type { StoredObject } from "../manifest";
import { libpqEnvironment } from "../postgres/connect";
import type { Tools } from "../postgres/tools";
import type { ObjectStore } from "../store/objectStore";
import type { PlannedArchive } from "./plan";

export interface ArchiveContext {
  readonly tools: Tools;
  readonly source: DatabaseSettings;
  /** Name of the exported snapshot. */
  readonly snapshot: string;
  readonly store: ObjectStore;
  readonly signal: AbortSignal;
}

/** A lock that somebody holds for longer makes the dump fail, naming the table, rather than wait for the next backup. */
const lockWaitTimeout = "60s";

/**
 * `pg_dump | zstd` into a new object: nothing on disk, and no more in memory than the parts on their way. The object
 * appears only when both programs have ended well.
 */
export async function storeArchive(
  key: string,
  planned: PlannedArchive,
  context: ArchiveContext,
): Promise<StoredObject> {
  const { tools, source, signal } = context;
  const dump = startProgram(
    tools.pgDump,
    [
      "--format=custom",
      "--compress=0",
      `--snapshot=${context.snapshot}`,
      `--lock-wait-timeout=${lockWaitTimeout}`,
      "--no-password",
      ...planned.arguments,
    ],
    {
      environment: libpqEnvironment(source),
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      secrets: [source.password],
    },
  );
  // One thread compresses faster than pg_dump can read, in a third of the memory of two; the dumps themselves run in parallel.
  const compress = startProgram("zstd", ["-3", "--single-thread", "--quiet", "--stdout"], {
    environment: { PATH: process.env.PATH },
    // The pipe goes from program to program; none of it passes through this process.
    stdio: [dump.child.stdout, "pipe", "pipe"],
    signal,
  });
  // Otherwise pg_dump would never hear that its reader is gone.
  dump.child.stdout?.destroy();

  const meter = new Meter(async () => {
    await dump.ended;
    await compress.ended;
  });
  const output = compress.child.stdout;
  if (output === null) throw new Error("zstd has no standard output");
  output.on("error", (error) => meter.destroy(error)).pipe(meter);
  try {
    await context.store.putStream(key, meter, planned.bytes, signal);
  } catch (error) {
    // The programs end when nobody reads any more; their own failure is the cause where there is one.
    output.destroy();
    const failure = await firstFailure([dump.ended, compress.ended]);
    throw failure !== undefined && !wasBrokenPipe(failure) ? dumpError(planned.name, failure) : error;
  }
  return {
    name: planned.name,
    kind: "archive",
    content: planned.content,
    bytes: meter.bytes,
    sha256: meter.sha256,
  };
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

async function firstFailure(endings: readonly Promise<void>[]): Promise<ProcessFailure | undefined> {
  for (const result of await Promise.allSettled(endings)) {
    if (result.status === "rejected" && result.reason instanceof ProcessFailure) return result.reason;
  }
  return undefined;
}

/** An ending that we brought about by no longer reading; Node's pipes are sockets, and reset where they hold something. */
function wasBrokenPipe({ ending, errorText }: ProcessFailure): boolean {
  return ending === "signal SIGPIPE" || /broken pipe|writ.*connection reset by peer/i.test(errorText);
}

function dumpError(archive: string, failure: ProcessFailure): UserError {
  return new UserError(`Dumping ${archive} failed: ${failure.message}`, exitCodes.dumpFailed, {
    cause: failure,
  });
}
