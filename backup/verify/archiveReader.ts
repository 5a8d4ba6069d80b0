import { once } from "node:events";
import { type RunningProgram, startProgram } from "../childProcess";
import type { Tools } from "../postgres/tools";

/** How much of an archive is read: its table of contents, or every block of data in it. */
export type Depth = "contents" | "everything";

/** Feeds the bytes of a stored archive to `zstd -d | pg_restore` and tells whether they could read it. */
export class ArchiveReader {
  readonly #decompress: RunningProgram;
  readonly #read: RunningProgram;
  readonly #depth: Depth;
  #contents = "";
  #isOpen = true;

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
    // A reader that has seen enough leaves; a write after that would wait for a `drain` or `close` that has been.
    const close = (): void => {
      this.#isOpen = false;
    };
    this.#decompress.child.stdin?.on("error", close).on("close", close);
    this.#read.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#contents += text;
    });
  }

  async write(chunk: Uint8Array): Promise<void> {
    const { stdin } = this.#decompress.child;
    // The rest of the object is only hashed.
    if (!this.#isOpen || stdin === null || stdin.destroyed || stdin.write(chunk)) return;
    await Promise.race([once(stdin, "drain"), once(stdin, "close")]).catch(() => undefined);
  }

  /** What was wrong with the archive; undefined when nothing was. */
  async finish(): Promise<string | undefined> {
    this.#decompress.child.stdin?.end();
    const [decompress, read] = await Promise.allSettled([this.#decompress.ended, this.#read.ended]);
    if (read.status === "rejected") return describe(read.reason);
    // Having read the contents, pg_restore leaves, and then zstd has nobody to write to.
    if (this.#depth === "everything" && decompress.status === "rejected") return describe(decompress.reason);
    if (this.#depth === "contents" && !/^\d+; /m.test(this.#contents))
      return "its table of contents is empty";
    return undefined;
  }
}

function describe(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
