import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../../backup/childProcess";
import { CompressedOutput } from "../../../backup/dump/compressed";
import { startTestStore, type TestStore } from "../support/store";

let store: TestStore;

beforeAll(async () => {
  store = await startTestStore();
});

afterAll(async () => {
  await store?.remove();
});

it("keeps the output of programs that ended before it was read", async () => {
  const { signal } = new AbortController();
  const start = () =>
    startProgram("sh", ["-c", "printf 'all of it'"], {
      environment: { PATH: process.env.PATH },
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    });
  const output = await CompressedOutput.open(start, signal);
  await output.ended();
  const { bytes } = await output.store("early", { store: store.store, signal });
  const chunks: Buffer[] = [];
  for await (const chunk of (await store.store.open("early")) ?? []) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks)).toHaveLength(bytes);
  expect(execFileSync("zstd", ["-dc"], { input: Buffer.concat(chunks) }).toString()).toBe("all of it");
});
