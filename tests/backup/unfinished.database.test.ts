import type pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { markUnfinished, readUnfinishedRestore, removeMark } from "../../backup/restore/unfinished";
import { startTestCluster, type TestCluster } from "../support/cluster";

// A mark contains SQL, and lets a restore remove everything without --replace.
let cluster: TestCluster;
let admin: pg.Client;
let postgres: pg.Client;
beforeAll(async () => {
  cluster = await startTestCluster();
  admin = await cluster.client("supabase_admin");
  postgres = await cluster.client();
  await admin.query(
    "create role intruder; grant create on database postgres to intruder; grant intruder to postgres",
  );
});
afterAll(() => cluster.remove());

const mark = {
  run: "20260101T000000000Z-01234567",
  startedAt: "2026-01-01T00:00:00Z",
  isEmptied: true,
  reinstate: ["create role planted"],
  lent: [],
};

/** Writes the mark as a role, and returns what a session of `postgres` reads. */
async function readMarkOf(writer: pg.Client, role?: string): Promise<unknown> {
  await removeMark(admin);
  if (role !== undefined) await writer.query(`set role ${role}`);
  await markUnfinished(writer, mark);
  await writer.query("reset role");
  return await readUnfinishedRestore(postgres);
}

it("does not read a mark of another role", async () => {
  expect(await readMarkOf(postgres, "intruder")).toBeUndefined();
});

it("reads a mark of its own role, and of a superuser", async () => {
  expect(await readMarkOf(postgres)).toEqual(mark);
  expect(await readMarkOf(admin)).toEqual(mark);
});
