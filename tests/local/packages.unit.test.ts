import { lstatSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

// The packages of a fresh clone, installed by the npm of this machine. The project is a small one with our .npmrc and our
// way of depending on a package in sdks/, so nothing is downloaded.

const checkout = checkoutRoot();
/** What npm 9.0 to 9.3 does by default, among them the npm 9.2 of Debian 13. */
const copyingNpm = { npm_config_install_links: "true" };

let base: string;
let root: string;

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "packages "));
  root = path.join(base, "checkout");
  await write("package.json", { name: "small", version: "1.0.0", dependencies: { sdk: "file:sdks/sdk" } });
  await write("package-lock.json", {
    name: "small",
    version: "1.0.0",
    lockfileVersion: 3,
    packages: {
      "": { name: "small", version: "1.0.0", dependencies: { sdk: "file:sdks/sdk" } },
      "node_modules/sdk": { resolved: "sdks/sdk", link: true },
      "sdks/sdk": { version: "1.0.0" },
    },
  });
  await write("sdks/sdk/package.json", { name: "sdk", version: "1.0.0", main: "bin/index.js" });
  await mkdir(path.join(root, "local"));
  await cp(path.join(checkout, ".npmrc"), path.join(root, ".npmrc"));
  await cp(path.join(checkout, "local/packages.mjs"), path.join(root, "local/packages.mjs"));
});

afterEach(() => rm(base, { recursive: true }));

async function write(name: string, content: object): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(content));
}

async function install(environment: Record<string, string> = {}) {
  return await execa(process.execPath, [path.join(root, "local/packages.mjs")], {
    env: { HOME: base, ...environment },
    reject: false,
    all: true,
  });
}

const isLinked = () => lstatSync(path.join(root, "node_modules/sdk")).isSymbolicLink();

test("a package of sdks/ is linked, although the environment tells npm to copy it", async () => {
  const { exitCode, all } = await install(copyingNpm);

  expect(exitCode, all).toBe(0);
  expect(isLinked()).toBe(true);
});

test("`npm ci` by hand links it too, although the user's own .npmrc tells npm to copy it", async () => {
  await writeFile(path.join(base, ".npmrc"), "install-links=true\n");

  const { exitCode, all } = await execa("npm", ["ci"], {
    cwd: root,
    env: { HOME: base, npm_config_userconfig: path.join(base, ".npmrc") },
    reject: false,
    all: true,
  });

  expect(exitCode, all).toBe(0);
  expect(isLinked()).toBe(true);
});

test("a copy that an earlier npm has left is replaced by the link", async () => {
  await install();
  await rm(path.join(root, "node_modules/sdk"));
  await cp(path.join(root, "sdks/sdk"), path.join(root, "node_modules/sdk"), { recursive: true });

  const { exitCode, all } = await install();

  expect(exitCode, all).toBe(0);
  expect(isLinked()).toBe(true);
});

test("packages that are in place are left alone, and nothing is printed", async () => {
  await install();
  const record = path.join(root, "node_modules/.package-lock.json");
  const installedAt = lstatSync(record).mtimeMs;

  expect(await install()).toMatchObject({ exitCode: 0, all: "" });
  expect(lstatSync(record).mtimeMs).toBe(installedAt);
});

test("the build of a generated package runs when it is installed, and its output is what programs load", async () => {
  const manifest = { name: "sdk", version: "1.0.0", main: "bin/index.js" };
  await write("sdks/sdk/package.json", { ...manifest, scripts: { postinstall: "node postinstall.js" } });
  await writeFile(
    path.join(root, "sdks/sdk/postinstall.js"),
    `require("node:fs").mkdirSync("bin"); require("node:fs").writeFileSync("bin/index.js", "module.exports = 41;");`,
  );

  await install(copyingNpm);
  const { stdout } = await execa(process.execPath, ["-p", 'require("sdk") + 1'], { cwd: root });

  expect(stdout).toBe("42");
});

test("without npm: one sentence", async () => {
  const empty = path.join(base, "empty");
  await mkdir(empty);

  expect(await install({ PATH: empty, npm_execpath: undefined as unknown as string })).toMatchObject({
    exitCode: 1,
    all: "Installing the packages that package-lock.json names (npm ci) …\nThere is no npm on PATH to install the packages with: install the npm that comes with Node and run the command again.",
  });
});

test("every npm script makes sure of the packages first, or needs none", () => {
  const { scripts } = JSON.parse(readFileSync(path.join(checkout, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const ready = /^(?:[A-Z_]+=\S+ )?(?:node local\/(?:run|packages)\.mjs\b|npm (?:run -s \w+|test)\b)/;

  expect(
    Object.keys(scripts)
      .filter((name) => !ready.test(scripts[name] ?? ""))
      .sort(),
  ).toEqual([
    // Runs another command, which makes sure of them.
    "on-node",
    // Is run by npm after it has installed them.
    "prepare",
  ]);
});
