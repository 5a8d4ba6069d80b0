import { readdirSync } from "node:fs";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { majorOf } from "../../support/cluster";
import type { Fault } from "../support/faultyStore";
import {
  expected,
  isRows,
  ProgramUnderTest,
  replace,
  someBytes,
  stall,
  untilStalled,
} from "../support/programUnderTest";

// Restores into a plain database that end in the middle of an object: the program is killed or stopped, or the bucket fails.

let program: ProgramUnderTest;
beforeAll(async () => {
  program = await ProgramUnderTest.start();
});
beforeEach(() => program.beforeTest());
afterEach(() => program.afterTest());
afterAll(() => program?.remove());

describe("a restore into a plain database by a role that is no superuser", () => {
  it("that is killed leaves memberships and a database, which the next one removes", async () => {
    const before = await program.traces();
    const stalled = program.failInTheMiddle(stall);
    const killed = program.start(replace);
    await untilStalled(stalled, killed);
    killed.child.kill("SIGKILL");
    await killed.ended;
    // The control: otherwise nothing would have to be removed.
    expect(await program.traces()).not.toEqual(before);
    expect(await program.contents()).toEqual(expected);
    program.proxy.fail(() => undefined);

    const { exitCode, errorText } = await program.start(replace).ended;

    expect([exitCode, errorText]).toEqual([0, expect.any(String)]);
    expect(await program.traces()).toEqual(before);
    expect(await program.contents()).toEqual(expected);
  });

  it("that is stopped in the middle of the rows leaves nothing", async () => {
    const before = await program.traces();
    const stalled = program.failInTheMiddle(stall);
    const stopped = program.start(replace);
    await untilStalled(stalled, stopped);
    stopped.child.kill("SIGTERM");

    const { exitCode, errorText } = await stopped.ended;

    expect(exitCode).toBe(143);
    expect(errorText).toMatch(/Stopped by SIGTERM; incomplete work is rolled back\.\s*$/);
    expect(await program.traces()).toEqual(before);
    expect(await program.contents()).toEqual(expected);
    expect(readdirSync(program.temporary)).toEqual([]);
  });

  it.each<[string, Fault, string]>([
    [
      "credentials expire",
      { kind: "answer", status: 400, code: "ExpiredToken" },
      "the AWS credentials have expired \\(ExpiredToken\\); get new ones and run the same command again",
    ],
    [
      "the server fails",
      { kind: "answer", status: 503, code: "SlowDown" },
      "S3 refuses requests because there are too many \\(SlowDown\\); run the same command again later",
    ],
  ])("fails and leaves nothing if, in the middle of the rows, %s", async (_, fault, reason) => {
    const before = await program.traces();
    void program.failInTheMiddle(fault);

    const { exitCode, errorText } = await program.start(replace).ended;

    expect(exitCode).toBe(4);
    expect(errorText).toMatch(new RegExp(`Reading s3://\\S+/data-001\\.sql\\.zst failed: ${reason}\\.\\s*$`));
    expect(await program.traces()).toEqual(before);
    expect(await program.contents()).toEqual(expected);
  });
});

describe("a restore into a plain database beside what interrupted restores left", () => {
  /** Creates a database that looks like that of an interrupted restore of a role. */
  const leave = async (
    name: string,
    { owner, by = owner }: { readonly owner: string; readonly by?: string },
    contents: Record<string, unknown>,
  ): Promise<void> => {
    await program.admin.query(`create database ${name} owner ${owner} connection limit 0`);
    const mark = {
      ...{ run: "20260101T000000000Z-01234567", startedAt: "2026-01-01T00:00:00Z" },
      ...contents,
    };
    await program.inDatabase(
      name,
      `create schema thorbis_restore authorization "${by}"; comment on schema thorbis_restore is ${program.admin.escapeLiteral(JSON.stringify(mark))}`,
    );
  };
  const plantedRoles = async () =>
    (await program.admin.query("select rolname from pg_roles where rolname like 'planted%'")).rows;

  it("runs no SQL of a mark, and neither reads nor drops databases of other roles", async () => {
    await program.admin.query("create role intruder createdb");
    const names = ["shop_restore_00000000", "shop_restore_00000001", "shop_restore_00000002_replaced"];
    for (const [nth, name] of names.entries()) {
      const statement = `create role planted_${nth}`;
      await leave(
        name,
        { owner: nth === 0 ? "intruder" : "restorer" },
        {
          takeBack: [statement],
          lent: [{ role: `keeper" from restorer; ${statement}; --`, member: "restorer" }],
        },
      );
    }

    const { exitCode, errorText } = await program.start(replace).ended;

    expect([exitCode, errorText]).toEqual([0, expect.any(String)]);
    const { rows } = await program.admin.query(
      "select datname from pg_database where datname like 'shop_restore_%'",
    );
    expect(rows).toEqual([{ datname: names[0] }]);
    expect(await plantedRoles()).toEqual([]);
    // The control: one of them was read.
    expect(errorText.match(/planted_\d/g)).toEqual(expect.arrayContaining(["planted_1"]));
    expect(errorText).not.toMatch(/planted_[02]/);
    await program.admin.query(`drop database ${names[0]}`);
    await program.admin.query("drop role intruder");
  });

  it("names memberships that another role granted to itself, and leaves its own", async () => {
    await program.admin.query(`create role "Former Role" in role keeper`);
    const before = await program.traces();
    await leave(
      "shop_restore_00000003",
      { owner: "restorer", by: "Former Role" },
      {
        lent: [
          { role: "keeper", member: "Former Role" },
          // Of its own memberships, the mark of another role says nothing.
          { role: "absent", member: "restorer" },
        ],
      },
    );

    const { exitCode, errorText } = await program.start(replace).ended;

    expect([exitCode, errorText]).toEqual([
      0,
      expect.stringContaining(
        'an interrupted restore made role Former Role a member of keeper, which only Former Role can revoke: run `revoke "keeper" from "Former Role"` as Former Role\n',
      ),
    ]);
    expect(errorText).not.toContain("absent");
    expect(await program.traces()).toEqual(before);
    await program.admin.query(`drop role "Former Role"`);
  });
});

describe("a restore into a plain database whose sessions end in the middle of the rows", () => {
  const grantToItself = async (): Promise<void> => {
    if ((await majorOf(program.admin)) < 16) return;
    await program.admin.query("grant keeper to restorer with inherit false, set false granted by restorer");
  };
  afterAll(async () => {
    if ((await majorOf(program.admin)) >= 16)
      await program.admin.query("revoke keeper from restorer granted by restorer");
  });

  it.each<[string, () => Promise<void>]>([
    ["revokes the memberships", async () => undefined],
    ["restores the options of memberships", grantToItself],
  ])("%s and leaves nothing", async (_, prepare) => {
    await prepare();
    const before = await program.traces();
    let reads = 0;
    let ending: Promise<pg.QueryResult> | undefined;
    program.proxy.fail(({ operation, key }) => {
      if (operation !== "get object" || !isRows(key)) return undefined;
      reads += 1;
      if (reads === 1) return { kind: "cut answer", afterBytes: someBytes };
      ending ??= program.admin.query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname like 'shop_restore_%'",
      );
      return { kind: "answer", status: 503, code: "SlowDown" };
    });

    const { exitCode } = await program.start(replace).ended;

    // The control: there were sessions to end.
    expect((await ending)?.rowCount).toBeGreaterThan(0);
    expect(exitCode).toBe(4);
    expect(await program.traces()).toEqual(before);
    expect(await program.contents()).toEqual(expected);
  });
});
