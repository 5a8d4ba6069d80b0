import {
  catalogWouldChange,
  filesRan,
  filesWouldRun,
  foreignTitles,
  notInDryRun,
} from "../../plugins/supabasex/bundleMessages";
import {
  hasBlocked,
  hazardsFound,
  hazardsIn,
  locksIn,
  wouldBlock,
} from "../../plugins/supabasex/lockMessages";
import type { Diagnostic } from "../pulumi";
import { bundleType } from "./drift";
import type { Bundle, DriftItem } from "./model";
import { resourceAt } from "./steps";

const changes = { "+": "created", "-": "dropped", "~": "changed" } as const;

/**
 * Returns the messages of SQL bundles, one entry per bundle with messages: files, objects, locks, hazards, and
 * everything else as notices.
 */
export function bundlesOf(diagnostics: readonly Diagnostic[], drift: readonly DriftItem[]): Bundle[] {
  const bundles = new Map<string, Bundle>();
  for (const { urn, severity, message, ephemeral } of diagnostics) {
    if (urn === undefined || !isBundle(urn) || ephemeral === true || severity === "error") continue;
    const bundle = bundles.get(urn) ?? emptyBundle(urn);
    bundles.set(urn, bundle);
    const [title = "", ...lines] = message.trimEnd().split("\n");
    const foreign = foreignChanges.get(title);
    const files = filesWouldRun.test(title) || title === filesRan ? filesIn(lines) : [];
    // A deployment of many files summarizes them by folder.
    if (files.length > 0 && files.length === lines.length) bundle.files.push(...files);
    else if (title === catalogWouldChange) bundle.objects.push(...objectsIn(lines, drift));
    else if (title === wouldBlock || title === hasBlocked) bundle.locks.push(...locksIn(lines));
    else if (title === hazardsFound) bundle.hazards.push(...hazardsIn(lines));
    else if (foreign !== undefined) bundle.foreign.push(...foreignIn(lines, foreign));
    else if (title === notInDryRun) bundle.uncovered.push(...lines.map((line) => line.trim()));
    else bundle.notices.push({ severity: severity === "warning" ? "warning" : "info", title, lines });
  }
  return [...bundles.values()];
}

function emptyBundle(urn: string): Bundle {
  return {
    resource: resourceAt(urn),
    ...{ files: [], objects: [], locks: [], hazards: [], foreign: [], uncovered: [], notices: [] },
  };
}

export function isBundle(urn: string): boolean {
  return (urn.split("::")[2] ?? "").endsWith(bundleType);
}

/** Parses lines of `path  reason: because`. Those of a deployment end with `  12 ms`. */
function filesIn(lines: readonly string[]): Bundle["files"] {
  return lines.flatMap((line) => {
    const match = /^ {2}(\S.*?) {2,}([a-z ]+)(?:: (.*?))?(?: {2}(\d+) ms)?$/.exec(line);
    if (match === null) return [];
    const [, path = "", reason = "", because, milliseconds] = match;
    return [
      {
        ...{ path, reason },
        ...(because === undefined ? {} : { because }),
        ...(milliseconds === undefined ? {} : { milliseconds: Number(milliseconds) }),
      },
    ];
  });
}

type ForeignChange = Bundle["foreign"][number]["change"];

const foreignChanges: ReadonlyMap<string, ForeignChange> = new Map(
  Object.entries(foreignTitles).map(([change, title]) => [title, change as ForeignChange]),
);

function foreignIn(lines: readonly string[], change: ForeignChange): Bundle["foreign"] {
  return lines.map((line) => ({ object: line.trim(), change }));
}

/** Parses lines of `+ object`, each followed by the indented properties that change. */
function objectsIn(lines: readonly string[], drift: readonly DriftItem[]): Bundle["objects"] {
  const objects: Bundle["objects"] = [];
  for (const line of lines) {
    const match = /^ {2}([-+~]) (.*)$/.exec(line);
    const last = objects.at(-1);
    if (match !== null) {
      const [, mark = "~", object = ""] = match;
      const change = changes[mark as keyof typeof changes];
      objects.push({ object, change, details: "", isRepair: false });
    } else if (last !== undefined) {
      last.details += `${last.details === "" ? "" : "\n"}${line.replace(/^ {6}/, "")}`;
    }
  }
  return objects.map((entry) => ({ ...entry, isRepair: isRepair(entry, drift) }));
}

/** Returns whether an object only has manual changes. */
function isRepair(
  { object, change, details }: Bundle["objects"][number],
  drift: readonly DriftItem[],
): boolean {
  const own = drift.filter((item) => item.object === object && item.outcome === "repaired");
  if (change !== "changed") return own.some(({ property }) => property === undefined);
  const properties = details.split("\n").flatMap((line) => /^(\w+):/.exec(line)?.[1] ?? []);
  return properties.length > 0 && properties.every((name) => own.some(({ property }) => property === name));
}
