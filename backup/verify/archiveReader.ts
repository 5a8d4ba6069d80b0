import { once } from "node:events";
import { ProcessFailure, type RunningProgram, startProgram } from "../childProcess";
import type { StoredObject } from "../manifest";
import type { Tools } from "../postgres/tools";

/** How much of an object is read: the table of contents of an archive, or every block of everything. */
export type Depth = "contents" | "everything";

/** Receives the bytes of a stored object and reports whether its programs could read it. */
export interface ContentReader {
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Returns what was wrong with the object; undefined if nothing was.
   * @throws ProcessFailure if a program was killed or could not start, which says nothing about the object
   */
  finish(): Promise<string | undefined>;
}

/**
 * Returns the reader of an object in addition to its hash; undefined for texts, and for rows of which only the hash is
 * needed.
 */
export function contentReader(
  kind: StoredObject["kind"],
  { tools, depth, signal }: { readonly tools: Tools; readonly depth: Depth; readonly signal: AbortSignal },
): ContentReader | undefined {
  if (kind === "archive") return new ArchiveReader(tools, depth, signal);
  return kind === "rows" && depth === "everything" ? new FrameReader(signal) : undefined;
}

/** Passes bytes to a program that may exit when it has read enough. */
class Feed {
  readonly #program: RunningProgram;
  #isOpen = true;

  constructor(program: RunningProgram) {
    this.#program = program;
    // After the reader has exited, a write would wait for a `drain` or `close` that has already happened.
    const close = (): void => {
      this.#isOpen = false;
    };
    program.child.stdin?.on("error", close).on("close", close);
  }

  async write(chunk: Uint8Array): Promise<void> {
    const { stdin } = this.#program.child;
    // The rest of the object is only hashed.
    if (!this.#isOpen || stdin === null || stdin.destroyed || stdin.write(chunk)) return;
    const waiting = new AbortController();
    try {
      await Promise.race([
        once(stdin, "drain", { signal: waiting.signal }),
        once(stdin, "close", { signal: waiting.signal }),
      ]);
    } catch {
      // It broke while it was waited for.
    } finally {
      // Without this, each wait would leave a listener behind.
      waiting.abort();
    }
  }

  end(): void {
    this.#program.child.stdin?.end();
  }
}

/** Reads scripts with rows: `zstd --test`. */
class FrameReader implements ContentReader {
  readonly #test: RunningProgram;
  readonly #feed: Feed;

  constructor(signal: AbortSignal) {
    this.#test = startProgram("zstd", ["--test", "--quiet"], {
      environment: { PATH: process.env.PATH, LC_ALL: "C" },
      stdio: ["pipe", "ignore", "pipe"],
      signal,
    });
    this.#feed = new Feed(this.#test);
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#feed.write(chunk);
  }

  async finish(): Promise<string | undefined> {
    this.#feed.end();
    return await this.#test.ended.then(() => undefined, errorOf);
  }
}

/** Reads archives of pg_dump: `zstd -d | pg_restore`. */
export class ArchiveReader implements ContentReader {
  readonly #decompress: RunningProgram;
  readonly #feed: Feed;
  readonly #read: RunningProgram;
  readonly #depth: Depth;
  #contents = "";

  constructor(tools: Tools, depth: Depth, signal: AbortSignal) {
    this.#depth = depth;
    const environment = { PATH: process.env.PATH, LC_ALL: "C" };
    this.#decompress = startProgram("zstd", ["--decompress", "--quiet", "--stdout"], {
      environment,
      stdio: ["pipe", "pipe", "pipe"],
      signal,
    });
    this.#read = startProgram(tools.pgRestore, depth === "contents" ? ["--list"] : ["--file=/dev/null"], {
      environment,
      stdio: [this.#decompress.child.stdout, "pipe", "pipe"],
      signal,
    });
    this.#decompress.child.stdout?.destroy();
    this.#feed = new Feed(this.#decompress);
    this.#read.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#contents += text;
    });
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#feed.write(chunk);
  }

  async finish(): Promise<string | undefined> {
    this.#feed.end();
    const [decompress, read] = await Promise.allSettled([this.#decompress.ended, this.#read.ended]);
    // When pg_restore has read the contents, it exits, and zstd's writes fail.
    const decompressError = decompress.status === "rejected" ? errorOf(decompress.reason) : undefined;
    if (read.status === "rejected") {
      const readError = errorOf(read.reason);
      // If zstd failed to read, that is the cause of pg_restore's missing input.
      return decompressError === undefined || /broken pipe/i.test(decompressError)
        ? readError
        : `${decompressError}; ${readError}`;
    }
    if (this.#depth === "everything" && decompressError !== undefined) return decompressError;
    // Of a database without objects, the list has no lines, but the archive has entries for its settings.
    if (this.#depth === "contents" && !/^;\s+TOC Entries: [1-9]/m.test(this.#contents))
      return "its table of contents is empty";
    return undefined;
  }
}

/**
 * Returns the message of an error that comes from the object.
 *
 * @throws all other errors: memory ran out, the program was killed, or it does not exist
 */
function errorOf(reason: unknown): string {
  if (!(reason instanceof ProcessFailure)) throw reason;
  const { ending, message } = reason;
  const isOfObject = "exitCode" in ending || ("signal" in ending && ending.signal === "SIGPIPE");
  if (!isOfObject) throw reason;
  return message;
}
