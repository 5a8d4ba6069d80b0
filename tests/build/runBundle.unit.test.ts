import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

let folder: string;
let bundle: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "run bundle "));
  bundle = path.join(folder, "program.cjs");
});

afterEach(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true });
});

const runner = path.join(checkoutRoot(), "build", "runBundle.cjs");
const run = (...args: string[]) =>
  execFileSync(process.execPath, [runner, bundle, ...args], { encoding: "utf8" });

/** Returns the names of the files with compiled code. */
const compiled = () => readdirSync(folder).filter((name) => name.endsWith(".compiled"));

/**
 * Returns a program that prints, and lives until new compiled code of the file `awaited`, by default its own, was written, or for
 * `maxMilliseconds`.
 */
const program = (expression: string, { awaited = "__filename", maxMilliseconds = 6_000 } = {}) => `
  console.log(${expression});
  const { statSync } = require("node:fs");
  const file = ${awaited} + "." + process.version + "-" + process.arch + ".compiled";
  const written = () => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  const [former, end] = [written(), Date.now() + ${maxMilliseconds}];
  const timer = setInterval(() => (written() !== former || Date.now() > end) && clearInterval(timer), 50);
`;

test("a bundle runs as if Node.js had started it, the first time and with compiled code", () => {
  writeFileSync(
    bundle,
    program("JSON.stringify([process.argv[1], process.argv.slice(2), __dirname, require('node:os').EOL])"),
  );
  const expected = [bundle, ["127.0.0.1:1", "a b"], folder, "\n"];

  const first = run("127.0.0.1:1", "a b");
  const [file = ""] = compiled();
  const writtenAt = statSync(path.join(folder, file)).mtimeMs;
  const second = run("127.0.0.1:1", "a b");

  expect(JSON.parse(first)).toEqual(expected);
  expect(JSON.parse(second)).toEqual(expected);
  expect(file).toBe(`program.cjs.${process.version}-${process.arch}.compiled`);
  expect(statSync(path.join(folder, file)).mtimeMs).toBe(writtenAt);
});

test("a rebuilt bundle of the same length does not run with the code of the former one", () => {
  writeFileSync(bundle, program("'old'"));
  expect(run()).toBe("old\n");
  const [file = ""] = compiled();
  const former = readFileSync(path.join(folder, file));
  writeFileSync(bundle, program("'new'"));

  expect(run()).toBe("new\n");

  expect(readFileSync(path.join(folder, file)).equals(former)).toBe(false);
});

test("damaged compiled code is replaced", () => {
  writeFileSync(bundle, program("'right'"));
  run();
  const [file = ""] = compiled();
  const intact = readFileSync(path.join(folder, file));
  writeFileSync(path.join(folder, file), Buffer.concat([intact.subarray(0, 32), Buffer.from("damaged")]));

  expect(run()).toBe("right\n");

  expect(statSync(path.join(folder, file)).size).toBeGreaterThan(100);
});

test("a bundle loads another one beside it once, and resolves packages from its own folder", () => {
  mkdirSync(path.join(folder, "node_modules", "greeting"), { recursive: true });
  writeFileSync(path.join(folder, "node_modules", "greeting", "index.js"), "module.exports = 'hello';");
  writeFileSync(path.join(folder, "part.cjs"), "console.log('part');\nexports.value = 1;\n");
  const greeting = "require('./part').value + require('./part').value, require('greeting')";
  // The part is compiled after the bundle.
  writeFileSync(bundle, program(greeting, { awaited: "(__dirname + '/part.cjs')" }));

  expect(run()).toBe("part\n2 hello\n");

  expect(compiled()).toHaveLength(2);
});

test("a stack trace has the positions of the bundle", () => {
  writeFileSync(bundle, "console.log(new Error('here').stack.split('\\n')[1]);\n");

  expect(run().trim()).toBe(`at ${bundle}:1:13`);
});

test("without permission to write beside the bundle, it runs and leaves nothing there", () => {
  writeFileSync(bundle, program("'ran'", { maxMilliseconds: 2_000 }));
  // For root, which may write into any folder, a folder in the place of the file has the same effect.
  mkdirSync(path.join(folder, `program.cjs.${process.version}-${process.arch}.compiled`));
  chmodSync(folder, 0o555);

  expect(run()).toBe("ran\n");

  expect(readdirSync(folder).sort()).toEqual([
    "program.cjs",
    `program.cjs.${process.version}-${process.arch}.compiled`,
  ]);
});
