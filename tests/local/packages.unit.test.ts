import { once } from "node:events";
import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

// Installs the packages of a fresh clone with the npm of this machine. The project is small, with our .npmrc and a dependency on
// a package in sdks/ like ours, so nothing is downloaded.

const checkout = checkoutRoot();
/** The default of npm 9.0 to 9.3, among them the npm 9.2 of Debian 13. */
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
  for (const file of [".npmrc", "local/packages.mjs", "foundation/processLock"]) {
    await cp(path.join(checkout, file), path.join(root, file), { recursive: true });
  }
});

afterEach(() => rm(base, { recursive: true }));

async function write(name: string, content: object): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(content));
}

function install(environment: Record<string, string> = {}, options: { detached?: boolean } = {}) {
  return execa(process.execPath, [path.join(root, "local/packages.mjs")], {
    env: { HOME: base, ...environment },
    reject: false,
    all: true,
    forceKillAfterDelay: false,
    ...options,
  });
}

const isLinked = () => lstatSync(path.join(root, "node_modules/sdk")).isSymbolicLink();

test("a package of sdks/ is linked, although the environment configures npm to copy it", async () => {
  const { exitCode, all } = await install(copyingNpm);

  expect(exitCode, all).toBe(0);
  expect(isLinked()).toBe(true);
});

test("a manual `npm ci` also links it, although the user's own .npmrc configures npm to copy it", async () => {
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

test("the link replaces a copy that an earlier npm left", async () => {
  await install();
  await rm(path.join(root, "node_modules/sdk"));
  await cp(path.join(root, "sdks/sdk"), path.join(root, "node_modules/sdk"), { recursive: true });

  const { exitCode, all } = await install();

  expect(exitCode, all).toBe(0);
  expect(isLinked()).toBe(true);
});

test("installed packages are not changed, and nothing is printed", async () => {
  await install();
  const record = path.join(root, "node_modules/.package-lock.json");
  const installedAt = lstatSync(record).mtimeMs;

  expect(await install()).toMatchObject({ exitCode: 0, all: "" });
  expect(lstatSync(record).mtimeMs).toBe(installedAt);
});

test("the build of a generated package runs when it is installed, and programs load its output", async () => {
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

test("a missing npm is reported in one sentence", async () => {
  const empty = path.join(base, "empty");
  await mkdir(empty);

  expect(await install({ PATH: empty, npm_execpath: undefined as unknown as string })).toMatchObject({
    exitCode: 1,
    all: "Installing the packages of package-lock.json (npm ci) …\nnpm, which installs the packages, is not on PATH: install the npm that comes with Node and run the command again.",
  });
});

/** Installs a package whose build reports its start and waits for the test to end it. */
async function installSlowly(): Promise<{ begun: () => string[]; proceed: () => void }> {
  await write("sdks/sdk/package.json", {
    name: "sdk",
    version: "1.0.0",
    main: "bin/index.js",
    scripts: { postinstall: "node postinstall.js" },
  });
  const [begun, proceed] = [path.join(base, "begun"), path.join(base, "proceed")];
  await writeFile(
    path.join(root, "sdks/sdk/postinstall.js"),
    `const fs = require("node:fs");
fs.appendFileSync(${JSON.stringify(begun)}, process.pid + "\\n");
const timer = setInterval(() => fs.existsSync(${JSON.stringify(proceed)}) && clearInterval(timer), 20);`,
  );
  return {
    begun: () => (existsSync(begun) ? readFileSync(begun, "utf8").trim().split("\n") : []),
    proceed: () => writeFileSync(proceed, ""),
  };
}

const lock = () => path.join(root, ".npm-ci.lock");

async function untilBegun(slow: { begun: () => string[] }): Promise<void> {
  await vi.waitFor(() => expect(slow.begun()).toHaveLength(1), { timeout: 50_000, interval: 50 });
}

test("of two commands at once, one installs and the other waits for it", async () => {
  const slow = await installSlowly();
  const first = install();
  await untilBegun(slow);
  const second = install();
  await once(second.all, "data");

  slow.proceed();

  expect(await first).toMatchObject({ exitCode: 0 });
  expect(await second).toMatchObject({
    exitCode: 0,
    all: `Process ${first.pid} is installing the packages: waiting for it …`,
  });
  expect(slow.begun()).toHaveLength(1);
  expect(existsSync(lock())).toBe(false);
});

test("a command waits for the npm of a killed command", async () => {
  const slow = await installSlowly();
  const first = install();
  await untilBegun(slow);
  first.kill("SIGKILL");
  await once(first, "exit");
  const second = install();
  const [waiting] = (await once(second.all, "data")) as [Buffer];

  slow.proceed();

  expect(waiting.toString()).toMatch(/^Process \d+ is installing the packages: waiting for it …\n$/);
  expect(waiting.toString()).not.toContain(` ${first.pid} `);
  expect(await second).toMatchObject({ exitCode: 0 });
  expect(slow.begun()).toHaveLength(1);
  expect(existsSync(lock())).toBe(false);
});

test("the leftovers of a killed installation, including its lock, do not block other commands", async () => {
  const slow = await installSlowly();
  const first = install({}, { detached: true });
  await untilBegun(slow);
  process.kill(-(first.pid ?? 0), "SIGKILL");
  await first;
  expect(existsSync(lock())).toBe(true);

  slow.proceed();

  expect(await install()).toMatchObject({
    exitCode: 0,
    all: expect.stringMatching(/^Installing the packages/),
  });
  expect(slow.begun()).toHaveLength(2);
  expect(existsSync(lock())).toBe(false);
});

test("a signal ends npm and releases the lock", async () => {
  const slow = await installSlowly();
  const first = install();
  await untilBegun(slow);

  first.kill("SIGTERM");
  // npm reverts its changes once the build that it runs has ended.
  slow.proceed();

  expect(await first).toMatchObject({
    exitCode: 1,
    all: expect.stringMatching(
      /SIGTERM interrupted the installation of the packages: run the command again to complete it\.$/,
    ),
  });
  expect(existsSync(lock())).toBe(false);
  expect(await install()).toMatchObject({ exitCode: 0 });
  expect(isLinked()).toBe(true);
});

test("a truncated record of npm does not count as an installation", async () => {
  await install();
  const record = path.join(root, "node_modules/.package-lock.json");
  await writeFile(record, readFileSync(record, "utf8").slice(0, 30));

  expect(await install()).toMatchObject({ exitCode: 0, all: expect.stringMatching(/^Installing/) });
  expect(JSON.parse(readFileSync(record, "utf8"))).toHaveProperty("packages");
});

test.each([
  ["with merge conflict markers", "<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n"],
  ["that is missing", undefined],
])("a package-lock.json %s: one sentence", async (_, content) => {
  const file = path.join(root, "package-lock.json");
  await (content === undefined ? rm(file) : writeFile(file, content));

  expect(await install()).toMatchObject({
    exitCode: 1,
    all: `${file} is missing or not valid JSON: restore it from git and run the command again.`,
  });
});

test("a link as node_modules is refused, and its target keeps its content", async () => {
  const elsewhere = path.join(base, "elsewhere");
  await mkdir(elsewhere);
  await writeFile(path.join(elsewhere, "kept"), "");
  await symlink(elsewhere, path.join(root, "node_modules"));

  expect(await install()).toMatchObject({
    exitCode: 1,
    all: `${path.join(root, "node_modules")} is a link to another folder, which \`npm ci\` would empty, and does not have the packages of package-lock.json: remove the link and run the command again.`,
  });
  expect(existsSync(path.join(elsewhere, "kept"))).toBe(true);
});

test("every npm script checks the packages first, or needs no packages", () => {
  const { scripts } = JSON.parse(readFileSync(path.join(checkout, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const ready = /^(?:[A-Z_]+=\S+ )?(?:node local\/(?:run|packages)\.mjs\b|npm (?:run -s \w+|test)\b)/;

  expect(
    Object.keys(scripts)
      .filter((name) => !ready.test(scripts[name] ?? ""))
      .sort(),
  ).toEqual([
    // Runs another command, which checks the packages.
    "on-node",
    // npm runs this after it has installed the packages.
    "prepare",
  ]);
});
