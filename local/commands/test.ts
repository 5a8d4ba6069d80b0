import { createRequire } from "node:module";
import path from "node:path";
import { execa } from "execa";
import { postgresqlBinVariable } from "../../foundation/postgresqlPrograms";
import { UserError } from "../../foundation/userError";
import { ensurePostgresInstalled, type PostgresInstallation, parseMajor } from "../services/postgres";

export interface TestOptions {
  /** Run the tests on this major version of PostgreSQL. */
  readonly postgresql?: string;
}

/** `npm test`: vitest on the version of PostgreSQL that was asked for, by default the newest that is installed. */
export async function test(checkout: string, args: readonly string[], options: TestOptions): Promise<number> {
  const major = options.postgresql === undefined ? undefined : parseMajor(options.postgresql);
  const chosen = major === undefined ? undefined : await provide(major);
  const result = await execa(process.execPath, [vitestProgram(), "run", ...args], {
    cwd: checkout,
    env: chosen === undefined ? {} : { [postgresqlBinVariable]: chosen.binDirectory },
    stdio: "inherit",
    reject: false,
  });
  return result.exitCode ?? 1;
}

async function provide(major: number): Promise<PostgresInstallation> {
  const installation = await ensurePostgresInstalled(say, { major });
  say(`The tests run on PostgreSQL ${installation.version} in ${installation.binDirectory}.`);
  return installation;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function vitestProgram(): string {
  const require = createRequire(__filename);
  try {
    return path.join(path.dirname(require.resolve("vitest/package.json")), "vitest.mjs");
  } catch (error) {
    throw new UserError(
      "vitest is not installed, because npm left out the development packages: run `npm ci --include=dev` and this again.",
      1,
      { cause: error },
    );
  }
}
