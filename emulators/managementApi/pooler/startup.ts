// What a PostgreSQL client sends before it signs in: a length, a code, and for a session pairs of zero-terminated strings
// (PostgreSQL documentation, "Message Formats": StartupMessage, SSLRequest, GSSENCRequest, CancelRequest).

const sslRequest = 80_877_103;
const gssRequest = 80_877_104;
const cancelRequest = 80_877_102;
const headerBytes = 8;
/** The longest startup message that the server accepts, in bytes. */
const longest = 10_000;

export type Opening =
  | { readonly kind: "encryption" }
  | { readonly kind: "cancel" }
  | { readonly kind: "session"; readonly version: number; readonly parameters: ReadonlyMap<string, string> };

/**
 * Returns the first message in the received bytes, with its length in bytes; "incomplete" if more bytes are needed, and
 * "invalid" if no PostgreSQL client sends this.
 */
export function readOpening(
  bytes: Buffer,
): { readonly opening: Opening; readonly length: number } | "incomplete" | "invalid" {
  if (bytes.length < headerBytes) return "incomplete";
  const length = bytes.readInt32BE(0);
  if (length < headerBytes || length > longest) return "invalid";
  if (bytes.length < length) return "incomplete";
  const code = bytes.readInt32BE(4);
  if (code === sslRequest || code === gssRequest) return { opening: { kind: "encryption" }, length };
  if (code === cancelRequest) return { opening: { kind: "cancel" }, length };
  const texts = bytes.toString("utf8", headerBytes, length).split("\0");
  const parameters = new Map<string, string>();
  for (let index = 0; index + 1 < texts.length && texts[index] !== ""; index += 2) {
    parameters.set(texts[index] ?? "", texts[index + 1] ?? "");
  }
  return { opening: { kind: "session", version: code, parameters }, length };
}

/** Returns the message that opens a session with these parameters. */
export function sessionMessage(version: number, parameters: ReadonlyMap<string, string>): Buffer {
  const texts = [...parameters].flat();
  const body = Buffer.from(`${texts.map((text) => `${text}\0`).join("")}\0`, "utf8");
  const header = Buffer.alloc(headerBytes);
  header.writeInt32BE(headerBytes + body.length, 0);
  header.writeInt32BE(version, 4);
  return Buffer.concat([header, body]);
}

/** Returns the message that refuses a session, as the server itself would send it. */
export function refusalMessage(sqlState: string, message: string): Buffer {
  const fields = { S: "FATAL", V: "FATAL", C: sqlState, M: message };
  const body = `${Object.entries(fields)
    .map(([type, text]) => `${type}${text}\0`)
    .join("")}\0`;
  const bytes = Buffer.from(`E\0\0\0\0${body}`, "utf8");
  bytes.writeInt32BE(bytes.length - 1, 1);
  return bytes;
}
