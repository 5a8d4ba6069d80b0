import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { probeFunction } from "../../foundation/probeContract";

// What Lambda receives: one file in its own folder, without packages.
const bundle = path.join(checkoutRoot(), probeFunction.bundle);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "thorbis function "));
  copyFileSync(bundle, path.join(folder, probeFunction.file));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Calls the handler like Lambda, with only these variables. */
async function call(environment: NodeJS.ProcessEnv): Promise<string> {
  const [file, exported] = probeFunction.handler.split(".");
  const script = `require("./${file}.cjs").${exported}().then(() => console.log("done"), (error) => console.log(error.message))`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], {
    cwd: folder,
    env: environment,
  });
  return stdout.trim();
}

test("runs from its single file, and reports all errors in its variables at once, without values", async () => {
  expect(await call({ PGSSLMODE: "canary-mode", PGPORT: "0", PROBE_BLOCKED_SECONDS: "soon" })).toBe(
    [
      "The environment of the database probe is wrong:",
      "  PGHOST is not set",
      "  PGPORT must be a whole number from 1 to 65535",
      "  PGDATABASE is not set",
      "  PGUSER is not set",
      "  PGSSLMODE must be one of disable, require, verify-full",
      "  PROBE_METRIC_NAMESPACE is not set",
      "  PROBE_PASSWORD_SECRET_ARN is not set",
      "  PROBE_EXPOSED_SCHEMAS is not set",
      "  PROBE_SLOW_STATEMENT_MILLISECONDS is not set",
      "  PROBE_BLOCKED_SECONDS must be a whole number from 0 to 86400",
    ].join("\n"),
  );
});

test("is identical on every machine, and small enough for a request", () => {
  const text = readFileSync(bundle, "utf8");

  expect(text).not.toContain(checkoutRoot());
  // Lambda accepts 50 MB.
  expect(statSync(bundle).size).toBeLessThan(5_000_000);
});
