import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

/** Milliseconds: each test starts a process or loads many files. */
const timeout = 60_000;

const run = promisify(execFile);
const checkout = checkoutRoot();

/** Returns the output of a script in the checkout. A separate process, because the tested code changes the whole process. */
async function outputOf(script: string): Promise<string> {
  const { stdout } = await run(process.execPath, ["-e", script], { cwd: checkout });
  return stdout.trim();
}

test("a stack trace shows the program's lines in their TypeScript sources, and does not change other frames", {
  timeout,
}, async () => {
  const program = path.join(checkout, "dist", "program.cjs");
  const lines = readFileSync(program, "utf8").split("\n");
  const lineOfClass = lines.findIndex((line) => /^\s*(var )?BackupBucket = class/.test(line));
  const where = { filename: program, lineOffset: lineOfClass };
  const stack = await outputOf(`
    require("source-map-support/register");
    require("./build/pulumi-patches/ownFrames.cjs");
    function outside() { return new TypeError("wrong"); }
    console.log(require("node:vm").runInThisContext("(outside) => outside()", ${JSON.stringify(where)})(outside).stack);
  `);

  expect(lineOfClass).toBeGreaterThan(0);
  const [heading, outside, inside] = stack.split("\n");
  expect(heading).toBe("TypeError: wrong");
  expect(outside).toMatch(/^ {4}at outside \(\[eval\]:4:\d+\)$/);
  expect(inside).toMatch(/^ {4}at .*\/components\/backupBucket\/backupBucket\.ts:\d+:\d+\)?$/);
});

test("a promise's stack is created only when searching for leaks", { timeout }, async () => {
  const script = `
    require("./build/pulumi-patches/promiseStacks.cjs");
    const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
    const promise = Promise.resolve(1);
    debuggablePromise(promise, "context");
    console.log(promise._debugCtx, promise._debugStackTrace);
    console.log(new Error("another").stack);
  `;

  expect(await outputOf(script)).toMatch(/^context Error\nError: another\n {4}at /);
  expect(await outputOf(`process.env.PULUMI_DEBUG_PROMISE_LEAKS = "1"; ${script}`)).toMatch(
    /^context Error\n {4}at debuggablePromise /,
  );
});

test("the SDK loads neither npm's solver nor the TypeScript compiler until it uses them", {
  timeout,
}, async () => {
  const output = await outputOf(`
    require("./build/pulumi-patches/deferredPackages.cjs");
    const pulumi = require("@pulumi/pulumi");
    const loaded = () => ["@npmcli/arborist/lib/arborist/", "typescript/lib/typescript.js"]
      .map((name) => Object.keys(require.cache).some((file) => file.includes(name)));
    console.log(JSON.stringify(loaded()));
    const captured = 41;
    pulumi.runtime.serializeFunction(() => captured + 1).then(({ text }) => {
      const { Arborist } = require("@npmcli/arborist");
      console.log(text.includes("captured: 41"), new Arborist({ path: "." }).path);
      console.log(JSON.stringify(loaded()));
    });
  `);

  expect(output.split("\n")).toEqual(["[false,false]", `true ${checkout}`, "[true,true]"]);
});

test("the patches refuse a version of the SDK that they were not checked with", { timeout }, async () => {
  const load = 'require("./build/pulumi-patches/sdkVersion.cjs"); console.log("accepted");';
  const pretend = `
    const file = require.resolve("@pulumi/pulumi/package.json");
    require(file);
    require.cache[file].exports = { version: "9.9.9" };
  `;

  expect(await outputOf(load)).toBe("accepted");
  await expect(outputOf(`${pretend} ${load}`)).rejects.toThrow(
    /was checked with @pulumi\/pulumi [\d.]+, and 9\.9\.9 is installed: run `npm ci`/,
  );
});
