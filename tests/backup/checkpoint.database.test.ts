import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeRestorePoint } from "../../backup/checkpoint/restorePoint";
import { checkpoint } from "../../backup/commands/checkpoint";
import { type ServedEmulator, servedEmulator } from "../emulators/managementApi/server";
import { accessToken } from "../emulators/managementApi/support";
import { type BundledDatabase, startBundledDatabase } from "../sql/support/database";
import { rolePassword } from "../sql/support/roles";
import { commandContext, failureOf } from "./support/commands";

// Supabase's API is the emulator, and the database has this repository's own SQL bundle in it.

let database: BundledDatabase;
let supabase: ServedEmulator;
let ref: string;
let environment: Record<string, string>;

beforeAll(async () => {
  [database, supabase] = await Promise.all([startBundledDatabase(), servedEmulator()]);
  ref = await supabase.project();
  environment = {
    PGHOST: "127.0.0.1",
    PGPORT: String(database.cluster.port),
    PGDATABASE: "postgres",
    PGUSER: "backup",
    PGPASSWORD: rolePassword,
    PGSSLMODE: "disable",
    SUPABASE_API_ENDPOINT: supabase.endpoint,
    SUPABASE_ACCESS_TOKEN: accessToken,
    SUPABASE_PROJECT_REF: ref,
  };
});

afterAll(async () => {
  await Promise.all([database?.remove(), supabase?.close()]);
});

beforeEach(async () => {
  await database.postgres.query("truncate shared.recovery_checkpoints");
  supabase.calls.length = 0;
});

const records = async () =>
  (
    await database.postgres.query(
      "select id, name, description, wal_position::text as lsn, created_by from shared.recovery_checkpoints",
    )
  ).rows;
const ofBackups = () => supabase.calls.filter((call) => call.includes("/database/backups"));
const backups = () => `/projects/${ref}/database/backups`;

describe("a project without point-in-time recovery", () => {
  it("gets a record of name, time and log position, written by the backup role", async () => {
    const context = commandContext(environment);
    const before = new Date();
    const made = await checkpoint({ name: "before-release", description: "drops a column" }, context);

    expect(await records()).toEqual([
      {
        id: made.id,
        name: "before-release",
        description: "drops a column",
        lsn: made.lsn,
        created_by: "backup",
      },
    ]);
    expect(made).toMatchObject({ event: "checkpoint made", kind: "record" });
    expect(made.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(Math.abs(new Date(made.at).getTime() - before.getTime())).toBeLessThan(60_000);
    expect(context.printed).toEqual([JSON.stringify(made)]);
    expect(context.progressed).toEqual([
      "no restore point of Supabase: the project has no point-in-time recovery",
    ]);
    expect(ofBackups()).toEqual([`GET ${backups()}`]);
  });

  it("is not queried without a token, and the output says so", async () => {
    const { SUPABASE_ACCESS_TOKEN: _, ...without } = environment;
    const context = commandContext(without);
    expect((await checkpoint({ name: "x" }, context)).kind).toBe("record");
    expect(context.progressed).toEqual([
      "no restore point of Supabase: SUPABASE_ACCESS_TOKEN or SUPABASE_PROJECT_REF is not set",
    ]);
    expect(supabase.calls).toEqual([]);
  });

  it("gets a record even if Supabase cannot be reached; the token is not printed", async () => {
    const secret = `sbp_${"f".repeat(40)}`;
    const context = commandContext({ ...environment, SUPABASE_ACCESS_TOKEN: secret });
    expect((await checkpoint({ name: "x" }, context)).kind).toBe("record");
    expect(context.progressed).toEqual([
      "no restore point of Supabase: Supabase answered 401 to GET database/backups",
    ]);
    expect(JSON.stringify([context.progressed, context.printed])).not.toContain(secret);
  });
});

describe("a project with point-in-time recovery", () => {
  beforeAll(async () => {
    await supabase.call("PATCH", `/projects/${ref}/billing/addons`, {
      addon_type: "pitr",
      addon_variant: "pitr_7",
    });
  });

  it("gets Supabase's own restore point, and no record", async () => {
    const made = await checkpoint({ name: "before-release" }, commandContext(environment));

    expect(made).toMatchObject({ kind: "restore point", name: "before-release" });
    expect(ofBackups()).toEqual([`GET ${backups()}`, `POST ${backups()}/restore-point`]);
    expect((await supabase.call("GET", `${backups()}/restore-point?name=before-release`)).json).toMatchObject(
      {
        name: "before-release",
        status: "AVAILABLE",
      },
    );
    expect(await records()).toEqual([]);
  });

  it("does not get two with the same name", async () => {
    const { message, exitCode } = await failureOf(
      checkpoint({ name: "before-release" }, commandContext(environment)),
    );
    expect([exitCode, message]).toEqual([
      1,
      "No checkpoint was made: Supabase has a restore point of this name already.",
    ]);
    expect(await records()).toEqual([]);
  });
});

describe("a pending response", () => {
  const original = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = original;
  });

  /** Answers Supabase's requests with these responses in order. */
  async function answered(...answers: unknown[]) {
    const urls: string[] = [];
    globalThis.fetch = async (url) => {
      urls.push(String(url).replace(/^.*\/backups/, ""));
      return Response.json(answers.shift());
    };
    const settings = { endpoint: "https://api.example.com/", accessToken: "t", projectRef: "r" };
    const made = await makeRestorePoint("a b", settings, new AbortController().signal, {
      pollMilliseconds: 1,
    });
    return { made, urls };
  }
  const point = (status: string) => ({ name: "a b", status, completed_on: null });

  it("is polled until it is complete", async () => {
    expect(
      await answered({ pitr_enabled: true }, point("PENDING"), point("PENDING"), point("AVAILABLE")),
    ).toEqual({
      made: { made: true },
      urls: ["", "/restore-point", "/restore-point?name=a%20b", "/restore-point?name=a%20b"],
    });
  });

  it("is not a restore point if it fails", async () => {
    const { made } = await answered({ pitr_enabled: true }, point("PENDING"), point("FAILED"));
    expect(made).toEqual({ made: false, reason: "Supabase says that its restore point is FAILED" });
  });
});

describe("refused inputs", () => {
  it.each(["", " ", "x".repeat(21), "line\nbreak", "ünïcode"])("the name %j", async (name) => {
    expect(await failureOf(checkpoint({ name }, commandContext(environment)))).toEqual({
      exitCode: 1,
      message: "The name of a checkpoint must be 1 to 20 printable characters of ASCII.",
    });
  });

  it("a database without the bundle", async () => {
    const { SUPABASE_ACCESS_TOKEN: _, ...without } = environment;
    await database.postgres.query("create database bare");
    const { message, exitCode } = await failureOf(
      checkpoint({ name: "x" }, commandContext({ ...without, PGDATABASE: "bare" })),
    );
    expect([exitCode, message]).toEqual([
      3,
      "No checkpoint was made: the database has no private.create_recovery_checkpoint(); deploy the SQL bundle first.",
    ]);
  });
});
