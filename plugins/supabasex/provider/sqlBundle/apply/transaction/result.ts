import {
  type Addresses,
  type Catalog,
  type CatalogDifference,
  isSameObject,
  managedPart,
} from "../../catalog";
import type { History } from "../../history/history";
import type { StatementLocks } from "../../locks/watch";
import type { Comparison } from "../../repair/compare";
import type { Losses, Repaired } from "../../repair/drift";
import type { Migration } from "../../source/files";
import type { Access } from "../access/access";
import { nameOf } from "../repeatables/orphans";
import type { FileFailure, RanFile } from "../request";
import type { FilesRun } from "../run/runFiles";
import { type Found, manualChanges, takenOverBetween } from "./found";
import { mayStayBehind } from "./stopped";

/** What a transaction did, whether it will be committed or not. */
export interface TransactionResult {
  readonly ran: readonly RanFile[];
  /** Paths of migrations that were recorded without running. */
  readonly adopted: readonly string[];
  /** Paths of repeatables that are not in the bundle any more. */
  readonly removed: readonly string[];
  /** Objects that no file creates any more. */
  readonly dropped: readonly string[];
  /** Identities of what was dropped because it does not exist after the files ran without the manual changes. */
  readonly leftoversDropped: readonly string[];
  /** What was reverted because no file states it any more, one line per object with its properties. */
  readonly takenBack: readonly string[];
  /** Objects with new grants because a migration changed default privileges, one line per object. */
  readonly regranted: readonly string[];
  /** Identities that were repaired without running a file. */
  readonly repaired: readonly string[];
  /** Data that manual changes lost and that the repair does not restore. */
  readonly losses: Losses;
  /** Identities of manual changes that a file states now, so they belong to the bundle. */
  readonly takenOver: readonly string[];
  /** Identities of manual changes that are gone because files replaced or dropped their object. */
  readonly undone: readonly string[];
  /** Identities that a rebuild dropped and recreated although no file creates them. */
  readonly recreatedForeign: readonly string[];
  /** Differences that stay, because nothing may or can repair them. */
  readonly remaining: readonly CatalogDifference[];
  readonly before: Catalog;
  readonly after: Catalog;
  /** Where objects were before and are after. */
  readonly addresses: { readonly before: Addresses; readonly after: Addresses };
  readonly expected: Catalog;
  readonly live: Catalog;
  readonly history: History;
  /** The access outside of the bundle; absent if only the bundle is watched. */
  readonly access?: Access;
  /** What the migrations locked, and what those that a dry run left out would lock. */
  readonly locks: readonly StatementLocks[];
  /** The next migration, which must run outside of a transaction; the rest follows it. */
  readonly next?: Migration;
  /** Whether migrations remain for another transaction. */
  readonly more: boolean;
  /** What stopped the files. */
  readonly failure?: FileFailure;
  /** Whether migrations ran whose work may be committed although a later one failed. */
  readonly progressed: boolean;
}

/** Returns the part of the result that is known when the files have run. */
export function summaryOf(run: FilesRun, adopted: readonly Migration[]) {
  return {
    ran: run.ran,
    adopted: adopted.map((file) => file.path),
    removed: run.removed,
    dropped: run.dropped.map(nameOf),
    takenBack: run.takenBack,
    regranted: run.regranted,
    progressed: run.migrated && mayStayBehind(run.failure),
    more: run.more,
    ...(run.next === undefined ? {} : { next: run.next }),
    ...(run.failure === undefined ? {} : { failure: run.failure }),
  };
}

/** Returns the rest of the result of a transaction that leaves the database unchanged. */
export function unchanged({ drift, reading, expected, history }: Found) {
  return {
    leftoversDropped: [],
    repaired: [],
    losses: new Map(),
    takenOver: [],
    undone: [],
    recreatedForeign: [],
    remaining: drift,
    before: reading.catalog,
    after: reading.catalog,
    addresses: { before: reading.addresses, after: reading.addresses },
    expected,
    live: {},
    history,
  };
}

/** The work of a transaction after its files have run. */
interface Work {
  readonly first: Pick<Repaired, "repaired" | "losses">;
  readonly run: FilesRun;
  readonly last: Repaired & Comparison;
  /** Identities of manual changes beside the bundle, which the rehearsal found. */
  readonly beside: readonly string[];
  readonly expected: Catalog;
  readonly leftoversDropped: readonly string[];
  readonly access: Access | undefined;
}

/** Returns the rest of the result if the work of the files stays. */
export function outcomeFor(found: Found, work: Work) {
  const { first, run, last, expected, leftoversDropped, access } = work;
  const foreign = work.beside.filter((identity) => expected[identity] !== undefined);
  const changes = [...new Set([...manualChanges(found.drift), ...foreign])];
  const live = last.reading.catalog;
  const takenOver = [...takenOverBetween(found, changes, { expected, live }), ...run.takenOver];
  const repaired = [...new Set([...first.repaired, ...last.repaired])].filter(
    (name) => !takenOver.includes(name) && !leftoversDropped.includes(name),
  );
  const lostManual = new Set(run.lostManual);
  const named = new Set([...takenOver, ...repaired, ...run.ran.map(({ because }) => because)]);
  for (const { identity } of last.remaining) named.add(identity);
  return {
    leftoversDropped,
    repaired: repaired.sort(),
    losses: new Map([...first.losses, ...last.losses]),
    takenOver,
    // What is as it was is only not compared any more, such as a manual job beside the last one of the bundle.
    undone: [
      ...changes.filter(
        (name) =>
          !named.has(name) && !lostManual.has(name) && !isSameObject(found.reading.catalog[name], live[name]),
      ),
      ...lostManual,
    ],
    recreatedForeign: [...run.recreated].filter((name) => found.expected[name] === undefined).sort(),
    remaining: last.remaining,
    before: found.reading.catalog,
    after: live,
    addresses: { before: found.reading.addresses, after: last.reading.addresses },
    expected,
    live: managedPart(expected, live),
    history: run.history,
    ...(access === undefined ? {} : { access }),
  };
}
