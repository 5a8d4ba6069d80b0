import type { CallContext } from "../../../../host/provider";
import type { PlannedFile } from "../apply/request";
import type { LoadedBundle } from "../source/files";

/** Lists the files that would run, with the reason of each; nothing where there are none. */
export function announce(
  plan: readonly PlannedFile[],
  bundle: LoadedBundle,
  context: CallContext,
  note?: string,
): void {
  if (plan.length === 0) return;
  context.log(
    "info",
    [
      `${files(plan.length)} would run${note === undefined ? "" : ` (${note})`}:`,
      ...table(plan, bundle),
    ].join("\n"),
  );
}

/** `1 file`, `2 files`. */
export function files(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}

/** One line per file: path, and why. */
export function table(plan: readonly PlannedFile[], bundle: LoadedBundle): string[] {
  const displays = new Map(
    [...bundle.migrations, ...bundle.repeatables].map((file) => [file.path, file.display]),
  );
  const width = Math.max(...plan.map(({ path }) => (displays.get(path) ?? path).length));
  return plan.map(({ path, reason, because }) => {
    const why = because === undefined ? reason : `${reason}: ${because}`;
    return `  ${(displays.get(path) ?? path).padEnd(width)}  ${why}`;
  });
}
