import { escapeControls } from "../../../../../foundation/controlCharacters";
import type { CallContext } from "../../../../provider-host/provider";
import type { PlannedFile } from "../apply/request";
import type { LoadedBundle } from "../source/files";

/** Lists the files that would run, each with its reason; nothing if there are none. */
export function announce(
  plan: readonly PlannedFile[],
  bundle: LoadedBundle,
  context: CallContext,
  { note }: { readonly note?: string | undefined } = {},
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

/** Returns a number of files: `1 file`, `2 files`. */
export function files(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}

/** Returns one line per file: path and reason. */
export function table(plan: readonly PlannedFile[], bundle: LoadedBundle): string[] {
  const all = [...bundle.migrations, ...bundle.repeatables];
  const displays = new Map(all.map((file) => [file.path, file.display]));
  // A removed file is shown in its former place.
  const [known] = all;
  const folder = known === undefined ? "" : known.display.slice(0, known.display.length - known.path.length);
  const displayOf = (path: string) => displays.get(path) ?? `${folder}${path}`;
  const width = Math.max(...plan.map(({ path }) => displayOf(path).length));
  return plan.map(({ path, reason, because }) => {
    const why = because === undefined ? reason : `${reason}: ${escapeControls(because)}`;
    return `  ${displayOf(path).padEnd(width)}  ${why}`;
  });
}
