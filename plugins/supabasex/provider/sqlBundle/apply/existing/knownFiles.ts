import type { Catalog } from "../../catalog";
import type { BaseFacts } from "../../catalog/base";
import type { History } from "../../history/history";
import type { BundleRecord } from "../../history/record";
import type { Session } from "../../session/session";
import type { BundleFile } from "../../source/files";
import { statingStatements } from "../../source/statedFacts";
import { comparableText, type Statement, textOf } from "../../source/statements";
import type { MigrationPlan } from "../plan/planMigrations";
import type { ApplyRequest } from "../request";
import { namesObject } from "../statements/namesObject";
import { doneOutside } from "./doneOutside";
import { type ManualExtensions, manualExtensions } from "./manualExtensions";
import { type RolesElsewhere, rolesElsewhere } from "./rolesElsewhere";

/** What ran before, and what runs now. */
export interface KnownFiles {
  readonly history: Pick<History, "files">;
  readonly repeatables: readonly BundleFile[];
  /** Whether a newer checkout may have deployed, so that what no file creates any more is kept. */
  readonly allowAhead: boolean;
  /** What repeatables alter, in its state without them. */
  readonly base: BaseFacts;
  /** What the bundle has created. */
  readonly expected: Catalog;
  /** The catalog before any file runs. */
  readonly live: Catalog;
  /** Migrations whose statement runs in the transaction, without `concurrently`, because its work seems to be done. */
  readonly inside: ReadonlySet<BundleFile>;
  readonly extensions: ManualExtensions;
  readonly rolesElsewhere: RolesElsewhere;
}

interface Situation {
  readonly history: History;
  readonly record: BundleRecord;
  readonly plan: MigrationPlan;
  readonly expected: Catalog;
  readonly live: Catalog;
}

export async function knownFiles(
  session: Session,
  { inputs, bundle, inspection }: ApplyRequest,
  { history, record, plan: { pending }, expected, live }: Situation,
): Promise<KnownFiles> {
  const { migrations, repeatables } = bundle;
  return {
    history,
    repeatables,
    allowAhead: inputs.allowAhead,
    base: record.base,
    expected,
    live,
    inside: await doneOutside({ session, bundle: inputs.name, pending, expected, live }),
    extensions: await manualExtensions(session, migrations, { pending, expected, inspection }),
    rolesElsewhere: await rolesElsewhere(session, pending),
  };
}

/**
 * Returns whether a repeatable ran the statement before, and the file is the only one that has it now: of two, the
 * second one fails on an empty database.
 */
export function ranBefore(
  file: BundleFile,
  statement: Statement,
  { history, repeatables }: KnownFiles,
): boolean {
  const text = comparableText(textOf(file, statement));
  if (![...history.files.values()].some(({ states }) => states.includes(text))) return false;
  const now = repeatables.flatMap((other) => statingStatements(other)).filter((one) => one.text === text);
  return now.length === (file.kind === "repeatable" ? 1 : 0);
}

/** Returns whether the statement names what only a repeatable makes: on an empty database it does not exist yet. */
export function namesMadeByRepeatable(
  file: BundleFile,
  statement: Statement,
  { history, base }: KnownFiles,
): boolean {
  const text = { ...file, text: textOf(file, statement) };
  return [...history.files.values()].some(({ objects }) =>
    objects.some(
      ({ identity }) =>
        identity !== undefined && (base[identity] ?? null) === null && namesObject(text, identity),
    ),
  );
}
