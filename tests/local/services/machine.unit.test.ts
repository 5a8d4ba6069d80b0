import { expect, test } from "vitest";
import type { PostgresInstallation } from "../../../emulators/postgres";
import { UserError } from "../../../foundation/userError";
import { type Machine, requireMachine } from "../../../local/services/machine";

const installation = { major: 17 } as PostgresInstallation;
const lacks = (what: string) => async () => {
  throw new UserError(`Install ${what}.`);
};

interface Tried {
  readonly machine: Machine;
  readonly asked: string[];
}

function machineOf(isRoot: boolean, missing: readonly string[]): Tried {
  const asked: string[] = [];
  const check = (what: string) => async () => {
    asked.push(what);
    if (missing.includes(what)) await lacks(what)();
  };
  const ensurePostgres = async () => {
    await check("PostgreSQL")();
    return installation;
  };
  return { machine: { isRoot, checks: [check("Python"), check("Go")], ensurePostgres }, asked };
}

test.each([true, false])("for a complete machine (root: %s), its PostgreSQL is returned", async (isRoot) => {
  const { machine, asked } = machineOf(isRoot, []);

  expect(await requireMachine(machine)).toBe(installation);
  expect(asked).toEqual(["Python", "Go", "PostgreSQL"]);
});

test.each([
  [["Go"], "Install Go."],
  [["PostgreSQL"], "Install PostgreSQL."],
  [
    ["Python", "Go", "PostgreSQL"],
    "This machine does not meet 3 requirements of the local stack:\n- Install Python.\n- Install Go.\n- Install PostgreSQL.",
  ],
])("an ordinary user without %j gets all missing prerequisites in one message", async (missing, message) => {
  await expect(requireMachine(machineOf(false, missing).machine)).rejects.toThrow(new UserError(message));
});

test("as root, nothing is installed on a machine that fails another check", async () => {
  const { machine, asked } = machineOf(true, ["Go", "PostgreSQL"]);

  await expect(requireMachine(machine)).rejects.toThrow(new UserError("Install Go."));
  expect(asked).toEqual(["Python", "Go"]);
});

test("an error that is not a UserError is passed on", async () => {
  const broken = async () => {
    throw new TypeError("not a function");
  };
  const { machine } = machineOf(false, ["Go"]);

  await expect(requireMachine({ ...machine, checks: [broken] })).rejects.toThrow(TypeError);
});
