import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pulumiOutput } from "../../ops/pulumiCommand";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "cli-"));
  vi.stubEnv("PATH", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Puts a program on PATH instead of the CLI. */
function install(code: string): void {
  const program = path.join(folder, "pulumi");
  writeFileSync(program, `#!${process.execPath}\n${code}\n`);
  chmodSync(program, 0o755);
}

test.each([10, 1_500_000, 120_000_000])("an output of %i bytes is complete", async (length) => {
  install(`process.stdout.write("x".repeat(${length}));`);

  expect((await pulumiOutput(["stack", "export"], { script: "recover" })).length).toBe(length);
});

test.each([
  ["error: no stack named 'prod' found", "error: no stack named 'prod' found"],
  ["not an error line", "without a message"],
])("a failure is one sentence: %s", async (line, reason) => {
  install(`process.stderr.write(${JSON.stringify(`${line}\n`)}); process.exitCode = 1;`);

  await expect(pulumiOutput(["stack", "export"], { script: "recover" })).rejects.toThrow(
    `\`pulumi stack export\` failed, ${reason}; log in to the stack's backend and check that it has this stack.`,
  );
});

test("without a CLI, the message names the npm script", async () => {
  await expect(pulumiOutput(["stack", "export"], { script: "recover" })).rejects.toThrow(
    "There is no `pulumi` on PATH: run this as `npm run recover`, which finds one.",
  );
});
