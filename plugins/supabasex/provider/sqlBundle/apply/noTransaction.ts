import { UserError } from "../../../../../foundation/userError";
import { type CatalogReading, readCatalogInTransaction } from "../catalog";
import {
  historyCatalog,
  openHistory,
  readHistory,
  recordExpectation,
  recordMigrations,
} from "../history/history";
import type { Session } from "../session/session";
import type { Migration } from "../source/files";
import { statementsOf } from "../source/statements";
import { expectationAfter } from "./expected";
import { fileFailure } from "./fileFailure";
import type { ApplyRequest, RanFile } from "./request";
import { sendFile } from "./sendFile";

const prefix = { text: "", statements: 0 };

/**
 * Runs a migration of one statement outside of a transaction, then records it. A run that was cut off between the two,
 * or in the middle of an index build, is put right here: a finished index is recorded, an invalid one dropped first.
 */
export async function runAlone(session: Session, request: ApplyRequest, file: Migration): Promise<RanFile> {
  const { inputs, report } = request;
  if (!(await session.holdsLock())) {
    throw new UserError(
      `The lock of bundle ${inputs.name} was lost with its connection: run the command again.`,
    );
  }
  report.progress(`${file.display} (new, without a transaction)`);
  const started = performance.now();
  const before = await reading(session, inputs.name);
  const node = statementsOf(file)[0]?.node;
  const index = node !== undefined && "IndexStmt" in node ? indexName(node.IndexStmt) : undefined;
  const dropped = node !== undefined && "DropStmt" in node ? node.DropStmt.objects : undefined;
  const name = dropped?.length === 1 ? qualifiedName(dropped[0]) : undefined;
  const done =
    index === undefined
      ? name !== undefined && (await indexState(session, name)) === "absent"
      : (await usableIndex(session, index)) === "valid";
  if (!done) {
    try {
      await sendFile(file, { text: file.text, prefix }, { session, notice: report.notice });
    } catch (error) {
      await session.execute(session.settings).catch(() => {});
      if (index !== undefined) await usableIndex(session, index).catch(() => {});
      throw fileFailure(file, error, prefix, session.blocker);
    }
  }
  await session.execute(`${session.settings}; begin`);
  await openHistory(session.work, inputs.name);
  const { expected } = await readHistory(session.work, inputs.name);
  const durationMilliseconds = Math.round(performance.now() - started);
  await recordMigrations(session.work, inputs.name, [{ file, durationMilliseconds }]);
  const after = await readingInTransaction(session, inputs.name);
  await recordExpectation(
    session.work,
    inputs.name,
    expectationAfter(expected, before, after, { declared: new Set() }),
  );
  await session.execute("commit");
  return { path: file.path, reason: "new", kind: "migration", durationMilliseconds };
}

async function reading(session: Session, bundle: string): Promise<CatalogReading> {
  await session.execute("begin");
  try {
    return await readingInTransaction(session, bundle);
  } finally {
    await session.execute("rollback");
  }
}

async function readingInTransaction(session: Session, bundle: string): Promise<CatalogReading> {
  const { catalog, addresses } = await readCatalogInTransaction(session.work);
  const history = await readHistory(session.work, bundle);
  return { catalog: { ...catalog, ...historyCatalog(history) }, addresses };
}

function indexName(statement: {
  readonly idxname?: string;
  readonly relation?: { readonly schemaname?: string };
}): string | undefined {
  const { idxname, relation } = statement;
  if (idxname === undefined) return undefined;
  const name = `"${idxname.replaceAll('"', '""')}"`;
  return relation?.schemaname === undefined ? name : `"${relation.schemaname.replaceAll('"', '""')}".${name}`;
}

function qualifiedName(node: unknown): string | undefined {
  const items = (node as { List?: { items?: { String?: { sval?: string } }[] } } | undefined)?.List?.items;
  return items?.map((item) => `"${(item.String?.sval ?? "").replaceAll('"', '""')}"`).join(".");
}

/** Drops an invalid index of that name; answers what is there then. */
async function usableIndex(session: Session, name: string): Promise<"valid" | "absent"> {
  const state = await indexState(session, name);
  if (state !== "invalid") return state;
  await session.execute(`drop index concurrently if exists ${name}`);
  return "absent";
}

async function indexState(session: Session, name: string): Promise<"valid" | "invalid" | "absent"> {
  const { rows } = await session.work.query<{ valid: boolean }>(
    "select indisvalid as valid from pg_index where indexrelid = to_regclass($1)",
    [name],
  );
  if (rows[0] === undefined) return "absent";
  return rows[0].valid ? "valid" : "invalid";
}
