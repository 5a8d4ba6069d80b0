import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { drillsPrefix } from "../../../foundation/backupContract";
import { serversBelow } from "../../support/processes";
import { childrenOf } from "../support/commands";
import { expected, isRows, ProgramUnderTest, stall, untilStalled } from "../support/programUnderTest";

// Restores into a project, drills and checks that end in the middle of an object: the program is stopped, or the bucket fails.

let program: ProgramUnderTest;
beforeAll(async () => {
  program = await ProgramUnderTest.start();
});
beforeEach(() => program.beforeTest());
afterEach(() => program.afterTest());
afterAll(() => program?.remove());

describe("a restore into a project", () => {
  const variables = () => ({ RESTORE_DATABASE_URL: `${program.cluster.url()}?sslmode=disable` });
  const schemas = async () =>
    await program.inDatabase(
      "postgres",
      "select nspname from pg_namespace where nspname in ('kept', 'thorbis_restore')",
    );

  it("that is stopped or fails in the middle of the rows leaves an empty target, and succeeds when it is repeated", async () => {
    const before = await program.traces();
    const stalled = program.failInTheMiddle(stall);
    const stopped = program.start(["restore"], variables());
    await untilStalled(stalled, stopped);
    stopped.child.kill("SIGTERM");
    const { exitCode, errorText } = await stopped.ended;
    expect([exitCode, errorText]).toEqual([143, expect.stringContaining("the target is empty again")]);
    expect([await schemas(), await program.traces()]).toEqual([[], before]);

    void program.failInTheMiddle({ kind: "answer", status: 400, code: "ExpiredToken" });
    const failed = await program.start(["restore"], variables()).ended;
    expect(failed.exitCode).toBe(4);
    expect([await schemas(), await program.traces()]).toEqual([[], before]);

    program.proxy.fail(() => undefined);
    const repeated = await program.start(["restore"], variables()).ended;
    expect([repeated.exitCode, repeated.errorText]).toEqual([0, expect.any(String)]);
    expect([await program.contents("postgres"), await program.traces()]).toEqual([expected, before]);
  });

  it("whose backup is deleted while its rows are loaded fails, and says so with the state of the target", async () => {
    await program.admin.query("drop schema if exists kept cascade");
    let isDeleted = false;
    program.proxy.fail(({ operation, key }) => {
      isDeleted ||= operation === "get object" && isRows(key);
      return isDeleted && operation === "get object"
        ? { kind: "answer", status: 404, code: "NoSuchKey" }
        : undefined;
    });

    const { exitCode, errorText } = await program.start(["restore"], variables()).ended;

    expect([exitCode, errorText]).toEqual([
      10,
      expect.stringMatching(
        /The target is empty: Backup \S+ was deleted while it was read; name another one: /,
      ),
    ]);
    expect(await schemas()).toEqual([]);
  });

  it("whose zstd is killed before the first row names the object", async () => {
    const mark = path.join(program.temporary, "reads-rows");
    const folder = path.join(program.temporary, "bin");
    mkdirSync(folder);
    const script = `#!/bin/sh\nif [ -e '${mark}' ]; then kill -KILL $$; fi\nexport PATH='${process.env.PATH}'\nexec zstd "$@"\n`;
    writeFileSync(path.join(folder, "zstd"), script, { mode: 0o755 });
    program.proxy.fail(({ operation, key }) => {
      if (operation === "get object" && isRows(key)) writeFileSync(mark, "");
      return undefined;
    });
    const PATH = `${folder}:${process.env.PATH}`;
    const running = program.start(["restore"], { ...variables(), PATH });

    const { exitCode, errorText } = await running.ended;

    expect([exitCode, errorText]).toEqual([
      10,
      expect.stringMatching(/\nRestoring data-001\.sql\.zst failed: zstd was ended by signal SIGKILL\.\s*$/),
    ]);
    expect(await schemas()).toEqual([]);
  });
});

describe("a drill", () => {
  const left = () => [serversBelow(program.temporary), readdirSync(program.temporary)];

  it("that is stopped in the middle of the rows leaves no server, folder or receipt", async () => {
    const stalled = program.failInTheMiddle(stall);
    const stopped = program.start(["drill"]);
    await untilStalled(stalled, stopped);
    expect(left()).not.toEqual([[], []]);
    stopped.child.kill("SIGTERM");

    expect((await stopped.ended).exitCode).toBe(143);

    expect(left()).toEqual([[], []]);
    expect(await program.store.keys(drillsPrefix)).toEqual([]);
  });

  it("that lost its credentials in the middle of the rows did not run", async () => {
    void program.failInTheMiddle({ kind: "answer", status: 400, code: "ExpiredToken" });

    const { exitCode, errorText } = await program.start(["drill"]).ended;

    expect(exitCode).toBe(11);
    expect(errorText).toMatch(
      /The drill did not run: Reading s3:\S+ failed: the AWS credentials have expired \(ExpiredToken\); [^.]+\.\s*$/,
    );
    expect(left()).toEqual([[], []]);
    expect(await program.store.keys(drillsPrefix)).toEqual([]);
  });

  it("prints why it failed even if the receipt cannot be stored", async () => {
    program.proxy.fail(({ operation, key }) => {
      if (operation === "put object") return { kind: "answer", status: 403, code: "AccessDenied" };
      return operation === "get object" && isRows(key) ? { kind: "flip answer" } : undefined;
    });

    const { exitCode, outputText, errorText } = await program.start(["drill"]).ended;

    expect(exitCode).toBe(5);
    expect(JSON.parse(outputText)).toMatchObject({
      event: "drill failed",
      reason: expect.stringContaining("data-001"),
    });
    expect(errorText).toContain("permission s3:PutObject is missing");
  });
});

describe("verify", () => {
  it("that is stopped in the middle of an object leaves no program", async () => {
    const stalled = program.failInTheMiddle(stall);
    const stopped = program.start(["verify"]);
    await untilStalled(stalled, stopped);
    const programs = () => childrenOf(stopped.child.pid, "zstd");
    expect(programs()).not.toEqual([]);
    const before = programs();
    stopped.child.kill("SIGTERM");

    expect((await stopped.ended).exitCode).toBe(143);
    expect(before.filter((pid) => childrenOf(1, "zstd").includes(pid))).toEqual([]);
  });

  it("reports that it could not check an object if its credentials expire in the middle of it", async () => {
    void program.failInTheMiddle({ kind: "answer", status: 400, code: "ExpiredToken" });

    const { exitCode, outputText } = await program.start(["verify"]).ended;

    expect(exitCode).toBe(6);
    expect(outputText).toMatch(
      /data-001\.sql\.zst: could not check \(Reading s3:\S+ failed: the AWS credentials have expired \(ExpiredToken\); /,
    );
  });
});
