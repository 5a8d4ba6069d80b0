import { fileLinks } from "../apply/plan/fileLinks";
import { type MigrationPlan, planMigrations } from "../apply/plan/planMigrations";
import { planRepeatables, type RepeatablePlan, withoutRenamed } from "../apply/plan/planRepeatables";
import type { PlannedFile } from "../apply/request";
import type { BundleInputs } from "../inputs";
import type { LoadedBundle } from "../source/files";
import type { Inspection } from "../source/inspection";
import { driftKinds } from "../state/drift";
import { type BundleState, makersIn } from "../state/state";

interface KnownState {
  readonly inputs: BundleInputs;
  readonly bundle: LoadedBundle;
  readonly state: BundleState;
}

/** Returns the files that a deployment would run according to the state, without a database. */
export async function planFromState(
  { inputs, bundle, state }: KnownState,
  inspection: Inspection,
): Promise<PlannedFile[]> {
  const history = { files: state.files, versions: [], foreignPaths: [], pushed: new Map() };
  const { adopt, pending } = planMigrations(bundle.migrations, history, inputs);
  await inspection.allow(pending);
  const repeatables = planRepeatables(bundle.repeatables, state.files, {
    drifted: driftedIn(state),
    links: fileLinks,
  });
  return listed({ adopt, pending }, repeatables);
}

/** Returns the files of a plan, in the order in which a preview lists them. */
export function listed({ adopt, pending }: MigrationPlan, { run, removed }: RepeatablePlan): PlannedFile[] {
  return [
    ...adopt.map((file) => ({ path: file.path, reason: "baseline" as const })),
    ...pending.map((file) => ({ path: file.path, reason: "new" as const })),
    ...run,
    ...removedFiles(withoutRenamed(removed, run)),
  ];
}

/** Returns the entries of files that are not in the bundle any more. */
export function removedFiles(paths: readonly string[]): PlannedFile[] {
  return paths.map((path) => ({ path, reason: "removed" as const }));
}

/** Returns path of a repeatable → which of its objects differ from the file, according to the last refresh. */
function driftedIn(state: BundleState): Map<string, string> {
  const makers = makersIn(state);
  return new Map(
    driftKinds(state.live)
      .filter(({ kind }) => kind !== "extra")
      .reverse()
      .flatMap(({ identity }): [string, string][] => {
        const path = makers.get(identity);
        return path === undefined ? [] : [[path, identity]];
      }),
  );
}
