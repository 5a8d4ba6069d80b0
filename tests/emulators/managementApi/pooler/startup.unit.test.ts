import { expect, test } from "vitest";
import {
  readOpening,
  refusalMessage,
  sessionMessage,
} from "../../../../emulators/managementApi/pooler/startup";

const version3 = 196_608;

function header(code: number, more = 0): Buffer {
  const bytes = Buffer.alloc(8 + more);
  bytes.writeInt32BE(bytes.length, 0);
  bytes.writeInt32BE(code, 4);
  return bytes;
}

test.each([
  ["a request for TLS", header(80_877_103), "encryption"],
  ["a request for GSSAPI", header(80_877_104), "encryption"],
  ["a request to cancel", header(80_877_102, 8), "cancel"],
])("%s is distinguished from a session", (_what, bytes, kind) => {
  expect(readOpening(bytes)).toEqual({ opening: { kind }, length: bytes.length });
});

test.each([
  { user: "postgres.abcdefghijklmnopqrst", database: "postgres" },
  { user: "rôle.x", application_name: "", options: "-c client_connection_check_interval=1000" },
  { user: "" },
])("a session's message is parsed: %j", (given) => {
  const parameters = new Map(Object.entries(given));
  const bytes = sessionMessage(version3, parameters);
  const more = Buffer.from("the next message");
  expect(readOpening(Buffer.concat([bytes, more]))).toEqual({
    opening: { kind: "session", version: version3, parameters },
    length: bytes.length,
  });
});

test("a message in several packets is read completely", () => {
  const bytes = sessionMessage(version3, new Map([["user", "postgres"]]));
  for (const length of [0, 3, 7, 8, bytes.length - 1]) {
    expect(readOpening(bytes.subarray(0, length))).toBe("incomplete");
  }
});

test.each([
  ["shorter than itself", 4],
  ["longer than the server accepts", 10_001],
  ["of a negative length", -1],
])("a message %s is not one of PostgreSQL's", (_what, length) => {
  const bytes = header(version3);
  bytes.writeInt32BE(length, 0);
  expect(readOpening(bytes)).toBe("invalid");
});

test("a refusal is a message of the server", () => {
  const bytes = refusalMessage("XX000", "Tenant or user not found");
  expect(bytes.toString("latin1", 0, 1)).toBe("E");
  expect(bytes.readInt32BE(1)).toBe(bytes.length - 1);
  expect(bytes.toString("latin1", 5)).toBe("SFATAL\0VFATAL\0CXX000\0MTenant or user not found\0\0");
});
