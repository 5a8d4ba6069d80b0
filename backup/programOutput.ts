import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

interface Connection {
  readonly writer: Socket;
  readonly reader: Socket;
  readonly buffer: Buffer;
  /** `unread` is the number of unread bytes in the buffer. */
  readonly state: { unread: number; wake: () => void };
}

const bufferBytes = 256 * 1024;

/**
 * The standard output of a program, read into one buffer that is reused. With a new buffer per chunk, as in Node's
 * pipes, freeing them costs more than reading and hashing.
 */
export class ProgramOutput {
  /** The standard output for the program; `handOver` closes it here. */
  readonly writer: Socket;
  readonly #reader: Socket;
  readonly #buffer: Buffer;
  readonly #state: Connection["state"];

  private constructor({ writer, reader, buffer, state }: Connection) {
    this.writer = writer;
    this.#reader = reader;
    this.#buffer = buffer;
    this.#state = state;
    // Both an end and a failure close it; the program reports which one it was.
    reader.on("error", () => undefined).on("close", () => state.wake());
    writer.on("error", () => undefined);
  }

  /** Creates the connection between the program and this process. */
  static async open(): Promise<ProgramOutput> {
    const buffer = Buffer.allocUnsafeSlow(bufferBytes);
    const state = { unread: 0, wake: (): void => undefined };
    // An abstract Linux socket, which is in no folder, because a task may have no writable folder.
    const address = `\0thorbis-backup-${randomUUID()}`;
    const server = createServer({ pauseOnConnect: true }).listen(address);
    await once(server, "listening");
    const accepted = once(server, "connection");
    const reader = connect({
      path: address,
      onread: {
        buffer,
        callback(bytes) {
          state.unread = bytes;
          state.wake();
          // Stops reading until the buffer was used.
          return false;
        },
      },
    });
    const [writer] = (await accepted) as [Socket];
    server.close();
    return new ProgramOutput({ writer, reader, buffer, state });
  }

  /** Leaves the writing end to the started program, so the output ends with the program. */
  handOver(): void {
    this.writer.destroy();
  }

  /** Returns the next bytes, which are valid until the next call; undefined at the end. */
  async read(): Promise<Buffer | undefined> {
    const state = this.#state;
    if (state.unread === 0 && !this.#reader.destroyed) {
      await new Promise<void>((resolve) => {
        state.wake = resolve;
        this.#reader.resume();
      });
      state.wake = () => undefined;
    }
    const bytes = state.unread;
    state.unread = 0;
    return bytes === 0 ? undefined : this.#buffer.subarray(0, bytes);
  }

  /** Reads the rest. */
  async drain(): Promise<void> {
    while ((await this.read()) !== undefined);
  }

  /** Stops reading. The program notices at its next write. */
  close(): void {
    this.writer.destroy();
    this.#reader.destroy();
  }
}
