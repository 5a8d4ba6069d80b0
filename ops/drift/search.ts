import type { PulumiRun } from "../pulumi";
import { exitCodes } from "../pulumi";
import { buildReport, roundedSeconds } from "../report/build";
import type { Problem, Report } from "../report/model";
import { count, verdictOf } from "../report/verdict";
import { applyWaivers, type DriftWaiver } from "./waivers";

/** The exit codes of `npm run drift`. Any other code means that the search failed. */
export const driftExitCodes = { clean: exitCodes.success, drift: exitCodes.changesFound, failed: 1 } as const;

export interface DriftSubject {
  readonly stack: string;
  readonly commit?: string | undefined;
  readonly waivers: readonly DriftWaiver[];
  readonly now: Date;
  readonly environment?: NodeJS.ProcessEnv;
}

export interface DriftResult {
  readonly report: Report;
  readonly exitCode: (typeof driftExitCodes)[keyof typeof driftExitCodes];
}

/**
 * Combines both checks in one report: changes made outside of Pulumi (from `pulumi refresh --preview-only`), and code that was
 * not deployed (from `pulumi preview`; undefined if it did not run).
 */
export function driftReport(
  refresh: PulumiRun,
  preview: PulumiRun | undefined,
  subject: DriftSubject,
): DriftResult {
  const { stack, commit, environment, waivers, now } = subject;
  const about = { stack, commit, ...(environment === undefined ? {} : { environment }) };
  const found = buildReport(refresh, { ...about, kind: "drift" });
  const code = preview === undefined ? undefined : buildReport(preview, { ...about, kind: "preview" });
  const waived = applyWaivers(found.drift, waivers, { stack, now });
  const failing = [refresh, ...(preview === undefined ? [] : [preview])].find(
    ({ exitCode }) => exitCode !== exitCodes.success && exitCode !== exitCodes.changesFound,
  );
  // The engine found differences that the report cannot describe.
  const isUnexplained = refresh.exitCode === exitCodes.changesFound && found.drift.length === 0;
  const facts = {
    ...found,
    durationSeconds: roundedSeconds(refresh.durationSeconds + (preview?.durationSeconds ?? 0)),
    errors: [...found.errors, ...(isUnexplained ? [unexplained(stack)] : []), ...(code?.errors ?? [])],
    drift: waived.drift,
    changes: code?.changes ?? [],
    bundles: (code?.bundles ?? []).map((bundle) => ({ ...bundle, notices: [] })),
    policies: code?.policies ?? [],
    warnings: [...waived.warnings, ...found.warnings],
    exitCode: failing?.exitCode ?? (isUnexplained ? driftExitCodes.failed : exitCodes.success),
  };
  const { exitCode: _, ...report } = { ...facts, verdict: withExpired(verdictOf(facts), waived.expired) };
  const open = report.drift.filter(({ waiver }) => waiver === undefined).length;
  const isQuiet = open === 0 && report.changes.length === 0 && waived.expired === 0;
  if (failing !== undefined || isUnexplained) return { report, exitCode: driftExitCodes.failed };
  return { report, exitCode: isQuiet ? driftExitCodes.clean : driftExitCodes.drift };
}

/** Returns a verdict that also says that waivers have expired, which is why a search without differences may end with exit code 7. */
function withExpired(verdict: Report["verdict"], expired: number): Report["verdict"] {
  if (expired === 0) return verdict;
  const sentence = `${verdict.sentence} ${count(expired, "waiver has", "waivers have")} expired.`;
  return { status: verdict.status === "unchanged" ? "changes" : verdict.status, sentence };
}

function unexplained(stack: string): Problem {
  const message = `The refresh found changes that this report cannot describe: run \`npm run pulumi -- refresh --preview-only --diff -s ${stack}\` to see them.`;
  return { source: "command", message };
}
