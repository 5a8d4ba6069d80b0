import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { expected, ProgramUnderTest, replace } from "./support/programUnderTest";

let program: ProgramUnderTest;
beforeAll(async () => {
  program = await ProgramUnderTest.start();
});
beforeEach(() => program.beforeTest());
afterEach(() => program.afterTest());
afterAll(() => program?.remove());

it("variables of PostgreSQL's clients do not change the sessions of a backup, a restore or a drill", async () => {
  const variables = {
    PGOPTIONS: "-c search_path=kept -c role=keeper -c default_transaction_read_only=on -c row_security=off",
    PGREPLICATION: "database",
    PGCLIENT_ENCODING: "LATIN1",
    PGSERVICE: "absent",
    PGPASSFILE: "/nonexistent",
    PGTZ: "Asia/Tokyo",
    PGDATESTYLE: "German",
    PGHOSTADDR: "192.0.2.1",
    PGTARGETSESSIONATTRS: "standby",
  };

  for (const args of [["run"], replace, ["drill"]]) {
    const { exitCode, errorText } = await program.start(args, variables).ended;
    expect([args, exitCode, errorText]).toEqual([args, 0, expect.any(String)]);
  }
  expect(await program.contents()).toEqual(expected);
});
