import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { PostgresInstallation } from "../../../emulators/postgres";
import { checkoutRoot } from "../../../foundation/checkout";
import { UserError } from "../../../foundation/userError";
import {
  chooseTestDatabases,
  describeDatabases,
  needDatabases,
  variablesFor,
} from "../../../local/commands/testDatabases";
import { secondServer } from "../../../local/secondServer.mts";
import { databaseOnBoth, engineOnBoth } from "../../support/secondServer.mts";

const installation = (major: number): PostgresInstallation => ({
  major,
  version: `${major}.6`,
  binDirectory: `/pg/${major}/bin`,
  extensionDirectory: "",
  pgConfig: "",
  headerDirectory: "",
});

/** Chooses on a machine that has, or can install, these versions. */
async function chooseOn(
  majors: readonly number[],
  options: { major?: number; environment?: NodeJS.ProcessEnv; issue?: Error } = {},
) {
  const said: string[] = [];
  const { issue, environment = {}, ...rest } = options;
  const databases = await chooseTestDatabases({
    async provide(major = majors[0]) {
      if (major !== undefined && majors.includes(major)) return installation(major);
      throw issue ?? new UserError(`PostgreSQL ${major} cannot be unpacked: make apt-get work.`);
    },
    say: (line) => said.push(line),
    environment,
    ...rest,
  });
  return { databases, said };
}

describe("the servers of a test run", () => {
  it("are the newest and the oldest supported version", async () => {
    const { databases, said } = await chooseOn([15, 17]);
    expect(databases).toEqual({ first: installation(17), second: installation(15) });
    expect(said).toEqual([]);
    expect(describeDatabases(databases)).toBe(
      "The database and engine tests run on PostgreSQL 17.6, and those that depend on the version also on 15.6.",
    );
  });

  it.each([
    [15, 17],
    [17, 15],
  ])("are PostgreSQL %d alone where %d is not available, which is printed once", async (had, missing) => {
    const { databases, said } = await chooseOn([had]);
    expect(databases).toEqual({ first: installation(had) });
    expect(said).toEqual([
      `The tests do not run on PostgreSQL ${missing}. PostgreSQL ${missing} cannot be unpacked: make apt-get work.`,
    ]);
    expect(describeDatabases(databases)).toBe(`The database and engine tests run on PostgreSQL ${had}.6.`);
  });

  it("are another supported version if neither is available", async () => {
    const { databases } = await chooseOn([16]);
    expect(databases).toEqual({ first: installation(16) });
  });

  it("are only the requested version", async () => {
    const { databases, said } = await chooseOn([15, 17], { major: 15 });
    expect([databases, said]).toEqual([{ first: installation(15) }, []]);
    await expect(chooseOn([15], { major: 17 })).rejects.toThrow("PostgreSQL 17 cannot be unpacked");
  });

  it("are only the one that POSTGRESQL_BIN names", async () => {
    const { databases } = await chooseOn([15, 17], { environment: { POSTGRESQL_BIN: "/pg/15/bin" } });
    expect(databases).toEqual({ first: installation(15) });
  });

  it("are not chosen after an unexpected error", async () => {
    await expect(chooseOn([15], { issue: new TypeError("x is undefined") })).rejects.toThrow(TypeError);
  });

  it("reach vitest's configuration", () => {
    const variables = variablesFor({ first: installation(17), second: installation(15) });
    expect(variables.POSTGRESQL_BIN).toBe("/pg/17/bin");
    expect(secondServer(variables)).toEqual({ major: 15, env: { POSTGRESQL_BIN: "/pg/15/bin" } });
    expect(secondServer(variablesFor({ first: installation(17) }))).toBeUndefined();
  });
});

describe("a run without a server", () => {
  it.each([
    [["--project", "unit"]],
    [["--project=unit", "--maxWorkers", "1"]],
    [["tests/readme.unit.test.ts"]],
    [["tests/readme.unit.test.ts:10", "-t", "names"]],
  ])("is %j", (args) => {
    expect(needDatabases(args)).toBe(false);
  });

  it.each([
    [[]],
    [["--project", "unit", "--project", "database"]],
    [["--project=database*"]],
    [["tests/readme.unit.test.ts", "tests/sql/deploy.database.test.ts"]],
    [["tests/backup"]],
    [["-t", "drill"]],
  ])("is not %j", (args) => {
    expect(needDatabases(args)).toBe(true);
  });
});

describe("the tests that run on one server or on both", () => {
  const repeated = Object.values(databaseOnBoth).flat();

  it.each([...repeated, ...engineOnBoth])("%s exists", (file) => {
    expect(existsSync(path.join(checkoutRoot(), file))).toBe(true);
  });

  it("are named once", () => {
    expect(new Set(repeated).size).toBe(repeated.length);
  });
});
