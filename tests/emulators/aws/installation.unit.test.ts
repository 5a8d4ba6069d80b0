import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ensureAwsInstalled, requireAwsTools } from "../../../emulators/aws";
import { UserError } from "../../../foundation/userError";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "thorbis python "));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Returns a machine whose only program is this `python3`. */
function machine(script?: string): NodeJS.ProcessEnv {
  if (script !== undefined) {
    const file = path.join(folder, "python3");
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }
  return { PATH: folder, XDG_CACHE_HOME: path.join(folder, "cache") };
}

const failure = async (environment: NodeJS.ProcessEnv): Promise<unknown> =>
  await ensureAwsInstalled(() => {}, environment).catch((error: unknown) => error);

it("says what to install if there is no Python", async () => {
  const error = await failure(machine());

  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toBe(
    "The local AWS needs Python 3.10 or newer, and there is none on PATH: install python3 with its venv module (Debian: apt-get install python3-venv).",
  );
});

it("says which Python is too old", async () => {
  const error = await failure(machine('echo "3.9.18"; echo /usr'));

  expect((error as Error).message).toBe(
    "The local AWS needs Python 3.10 or newer, and the one on PATH is 3.9.18: install a newer python3 with its venv module.",
  );
});

it("says what to install if Python has no venv module", async () => {
  const noVenv =
    'case "$1" in -c) echo "3.11.2"; echo /usr;; *) echo "No module named venv" >&2; exit 1;; esac';
  const error = await failure(machine(noVenv));

  expect((error as Error).message).toBe(
    "python3 cannot create a virtual environment (No module named venv): install its venv module (Debian: apt-get install python3-venv).",
  );
});

it("reports it before anything is created", async () => {
  const noModule =
    'case "$2" in *ensurepip*) echo "Traceback"; echo "ModuleNotFoundError: No module named ensurepip" >&2; exit 1;; *) echo "3.11.2";; esac';
  const environment = machine(noModule);

  await expect(requireAwsTools(environment)).rejects.toThrow(
    new UserError(
      "python3 cannot create a virtual environment (ModuleNotFoundError: No module named ensurepip): install its venv module (Debian: apt-get install python3-venv).",
    ),
  );
  expect(existsSync(path.join(folder, "cache"))).toBe(false);
});

/** Creates a folder with a Python that creates environments like `venv`, and adds a line for each to the file `log`. */
function pythonOf(name: string, version: string): string {
  const bin = path.join(folder, name);
  mkdirSync(bin);
  const interpreter = path.join(bin, "python3");
  const script = `case "$2" in
  venv)
    echo "venv ${version}" >> "${folder}/log"
    mkdir -p "$3/bin"
    echo "version = ${version}" > "$3/pyvenv.cfg"
    ln -s "${interpreter}" "$3/bin/python" ;;
  pip) echo "pip ${version}" >> "${folder}/log" ;;
  *) echo ${version} ;;
esac`;
  writeFileSync(interpreter, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return bin;
}

const install = async (...bins: string[]): Promise<string> => {
  const environment = {
    PATH: [...bins, "/usr/bin", "/bin"].join(":"),
    XDG_CACHE_HOME: path.join(folder, "cache"),
  };
  return (await ensureAwsInstalled(() => {}, environment)).python;
};

const made = () => readFileSync(path.join(folder, "log"), "utf8").trim().split("\n");

it("keeps its environment when another Python comes first on PATH, newer or older or too old", async () => {
  const first = pythonOf("first", "3.11.7");
  const python = await install(first);

  for (const [name, version] of [
    ["newer", "3.13.1"],
    ["older", "3.10.0"],
    ["ancient", "3.8.1"],
  ] as const) {
    expect(await install(pythonOf(name, version), first)).toBe(python);
  }

  expect(made()).toEqual(["venv 3.11.7", "pip 3.11.7"]);
});

it("keeps its environment when its Python gets a bug fix", async () => {
  const bin = pythonOf("first", "3.11.7");
  const python = await install(bin);
  const interpreter = path.join(bin, "python3");
  writeFileSync(interpreter, readFileSync(interpreter, "utf8").replaceAll("3.11.7", "3.11.9"));

  expect(await install(bin)).toBe(python);
  expect(made()).toEqual(["venv 3.11.7", "pip 3.11.7"]);
});

it("recreates its environment when its Python is gone or was replaced by another version", async () => {
  const bin = pythonOf("first", "3.11.7");
  await install(bin);
  const interpreter = path.join(bin, "python3");
  writeFileSync(interpreter, readFileSync(interpreter, "utf8").replaceAll("3.11.7", "3.12.1"));
  await install(bin);
  rmSync(bin, { recursive: true });
  await install(pythonOf("second", "3.13.0"));

  expect(made().filter((line) => line.startsWith("venv"))).toEqual([
    "venv 3.11.7",
    "venv 3.12.1",
    "venv 3.13.0",
  ]);
});
