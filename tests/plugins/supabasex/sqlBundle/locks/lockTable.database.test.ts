import path from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkoutRoot } from "../../../../../foundation/checkout";
import type { HazardName } from "../../../../../plugins/supabasex/hazards";
import {
  blocksReads,
  blocksWrites,
  type LockMode,
  modeNamed,
  stronger,
} from "../../../../../plugins/supabasex/provider/sqlBundle/locks/modes";
import {
  LockWatch,
  type StatementLocks,
} from "../../../../../plugins/supabasex/provider/sqlBundle/locks/watch";
import { bundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { startTestCluster, type TestCluster } from "../../../../support/cluster";
import { groups } from "./cases";
import type { LockCase } from "./cases/case";
import { fixture } from "./cases/fixture";
import { outside } from "./cases/outside";
import { lockPage, type Row } from "./page";

let cluster: TestCluster;
let author: pg.Client;
let reader: pg.Client;
let writer: pg.Client;
let observer: pg.Client;
/** A session whose transaction is older than the author's. */
let elder: pg.Client;
beforeAll(async () => {
  cluster = await startTestCluster();
  await loadParser();
  [author, reader, writer, observer, elder] = await Promise.all([
    cluster.client(),
    cluster.client(),
    cluster.client(),
    cluster.client(),
    cluster.client(),
  ]);
});
afterAll(() => cluster.remove());

const withoutTransaction = "Outside of a transaction";
const rows = new Map<string, Row[]>();
let schemas = 0;

interface Observed {
  readonly row: Row;
  readonly observed: readonly StatementLocks[];
  readonly expected: readonly StatementLocks[];
}

/** Runs a statement in a transaction as a deployment does, while two other sessions use the table. */
async function observe(lockCase: LockCase): Promise<Observed> {
  const schema = `s${++schemas}`;
  const inSchema = (text: string) => text.replaceAll("$s", () => schema);
  await author.query(inSchema(`${fixture}${lockCase.before ?? ""}`));
  const relations = await relationsOf(schema);
  await author.query("begin");
  // The statistics of the fixture's rows also belong to this session, and are not reported yet.
  const text = inSchema(`${lockCase.sameTransaction ?? ""}\n${lockCase.statement};\n`);
  const file = bundleFile("migrations/20260101000000_case.sql", "migration", text);
  const { relation: name = "orders" } = lockCase;
  const uses: Promise<unknown>[] = [];
  try {
    const watch = await LockWatch.begin(author, [file]);
    await watch.look(author);
    const results: unknown = await author.query(watch.textOf(file)?.text ?? text);
    watch.record(file, (Array.isArray(results) ? results : [results]) as pg.QueryResult[]);
    const isOfCase = ({ line }: StatementLocks) => line > 1;
    const observed = (await watch.finish(author)).filter(isOfCase);
    const { lock, others } = await locksOf(relations, name);
    uses.push(read(`${schema}.${name}`), write(`${schema}.${name}`));
    const readerWaits = await isWaiting(reader, uses[0]);
    const writerWaits = await isWaiting(writer, uses[1]);
    const effects = observed.flatMap((statement) => statement.effects);
    const row = {
      ...{ lockCase, readerWaits, writerWaits },
      lock,
      others,
      rewritten: effects.some(({ rewritten }) => rewritten),
      scanned: effects.some(({ scanned }) => scanned),
    };
    return { row, observed, expected: watch.expected(file).filter(isOfCase) };
  } finally {
    await author.query("rollback");
    await Promise.all(uses);
    await author.query(`drop schema ${schema} cascade`);
  }
}

/** Returns the OIDs of a schema's relations, without indexes, and their names. */
async function relationsOf(schema: string): Promise<Map<number, string>> {
  const { rows: found } = await observer.query<{ oid: number; name: string }>(
    "select oid, relname as name from pg_class where relnamespace = $1::regnamespace and relkind not in ('i', 'I')",
    [schema],
  );
  return new Map(found.map(({ oid, name }) => [oid, name]));
}

/** Returns which of these relations the author's transaction has locked. */
async function locksOf(relations: ReadonlyMap<number, string>, name: string) {
  const { rows: found } = await observer.query<{ oid: number; mode: string }>(
    "select relation as oid, mode from pg_locks where locktype = 'relation' and granted and pid = $1",
    [(author as unknown as { processID: number }).processID],
  );
  const held = found.flatMap(({ oid, mode }) => {
    const relation = relations.get(oid);
    return relation === undefined ? [] : [{ relation, mode: modeNamed(mode) }];
  });
  const own = held.filter(({ relation }) => relation === name);
  const others = held.filter(({ relation, mode }) => relation !== name && blocksWrites(mode));
  return {
    lock: own.map(({ mode }) => mode).reduce<LockMode | undefined>(stronger, undefined),
    others: [...new Set(others.map(({ relation }) => relation))].sort(),
  };
}

function read(relation: string) {
  return reader.query(`select from ${relation} limit 1`);
}

async function write(relation: string): Promise<void> {
  const { rows: found } = await observer.query<{ kind: string }>(
    "select relkind as kind from pg_class where oid = $1::regclass",
    [relation],
  );
  const statements: Readonly<Record<string, string>> = {
    // Sequences from which its writers take numbers.
    S: `select nextval('${relation}')`,
    // Nobody writes to a materialized view.
    m: "select",
    v: `lock table ${relation} in row exclusive mode`,
  };
  await writer.query("begin");
  try {
    await writer.query(statements[found[0]?.kind ?? ""] ?? `insert into ${relation} default values`);
  } finally {
    await writer.query("rollback");
  }
}

/** Returns whether a session waits for a lock; false if its query has ended. */
async function isWaiting(client: pg.Client, query: Promise<unknown> | undefined): Promise<boolean> {
  const pid = (client as unknown as { processID: number }).processID;
  let isOver = false;
  const end = query?.then(() => {
    isOver = true;
  });
  for (;;) {
    if (isOver) return false;
    const { rows: found } = await observer.query("select from pg_locks where pid = $1 and not granted", [
      pid,
    ]);
    if (found.length > 0) return true;
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 2))]);
  }
}

function hazardNames(statements: readonly StatementLocks[]): HazardName[] {
  return statements.flatMap(({ hazards }) => hazards.map(({ name }) => name));
}

describe.each(Object.entries(groups))("%s", (title, cases) => {
  test.each(cases.map((lockCase) => [`${lockCase.statement} ${lockCase.note ?? ""}`, lockCase] as const))(
    "%s",
    async (_, lockCase) => {
      const { row, observed, expected } = await observe(lockCase);

      rows.set(title, [...(rows.get(title) ?? []), row]);
      expect(row).toMatchObject({
        readerWaits: blocksReads(row.lock) || lockCase.locksIndexes === true,
        writerWaits: blocksWrites(row.lock) && lockCase.relation !== "totals",
      });
      expect(hazardNames(observed)).toEqual(lockCase.hazards);
      const isVisible = lockCase.isHidden !== true && !lockCase.statement.startsWith("do ");
      if (lockCase.sameTransaction === undefined && isVisible)
        expect(foreseenAs(expected, lockCase)).toEqual(foreseenAs(observed, lockCase));
    },
  );
});

/** Returns what the text alone must show as well as a run does. */
function foreseenAs(statements: readonly StatementLocks[], { doesLess, relation = "orders" }: LockCase) {
  const all = statements.map(({ effects, hazards }) => ({
    hazards: hazards.filter(({ isUncertain }) => !(isUncertain && doesLess === true)).map(({ name }) => name),
    // Only the catalog shows sequences and what a cascade affects.
    locks: effects
      .filter(({ relation: { name } }) => name === relation || name === "customers")
      .filter(({ isTaken, lock }) => isTaken && blocksWrites(lock))
      .map(({ relation: { name }, lock }) => `${name}: ${lock}`)
      .sort(),
  }));
  return all.filter(({ hazards, locks }) => hazards.length + locks.length > 0);
}

test.each(outside.map((lockCase) => [lockCase.statement, lockCase] as const))(
  "%s, while it waits for an older transaction",
  async (_, lockCase) => {
    const { relation: name = "orders", statement } = lockCase;
    const schema = `s${++schemas}`;
    const inSchema = (text: string) => text.replaceAll("$s", () => schema);
    await author.query(inSchema(fixture));
    const relations = await relationsOf(schema);
    const file = bundleFile(
      "migrations/20260101000000_case.sql",
      "migration",
      `-- no transaction\n${inSchema(statement)};`,
    );
    const expected = (await LockWatch.begin(author, [file])).expected(file);
    await elder.query(`begin; insert into ${schema}.${name} default values`);
    const running = author.query(inSchema(statement));
    try {
      expect(await isWaiting(author, running)).toBe(true);
      const { lock, others } = await locksOf(relations, name);
      const uses = [read(`${schema}.${name}`), write(`${schema}.${name}`)];
      const waits = [await isWaiting(reader, uses[0]), await isWaiting(writer, uses[1])];
      await Promise.all(uses);

      expect(waits).toEqual([false, false]);
      expect(hazardNames(expected)).toEqual([]);
      const scanned = /^(create|reindex)/.test(statement);
      rows.set(withoutTransaction, [
        ...(rows.get(withoutTransaction) ?? []),
        { lockCase, lock, others, scanned, rewritten: false, readerWaits: false, writerWaits: false },
      ]);
    } finally {
      await elder.query("rollback");
      await running;
    }
    await author.query(`drop schema ${schema} cascade`);
  },
);

test("docs/locks.md lists all kinds of statement, as observed", async () => {
  expect([...rows.values()].flat().length).toBeGreaterThanOrEqual(40);
  await expect(lockPage(rows)).toMatchFileSnapshot(path.join(checkoutRoot(), "docs", "locks.md"));
});
