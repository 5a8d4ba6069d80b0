import { escapeControls } from "../../../../foundation/controlCharacters";
import { differences } from "../../../provider-host/diff";
import type { CallContext, DiffRequest, DiffResponse, PropertyDiff } from "../../../provider-host/provider";
import { isPropertyMap, type PropertyMap } from "../../../provider-host/values";
import { type Change, changesSince, changeText, changeWords, nextBaseline, type Watched } from "./watched";

/**
 * Returns what an update of a watch changes: its inputs, and the differences and the unrecorded sources that the last refresh
 * found.
 *
 * @param replacing the input that identifies what is watched; a change replaces the watch
 * @param isIncomplete whether the baseline lacks a source. Without an update it would never be compared. Default false
 */
export function diffOfWatch(
  { oldInputs, oldOutputs, inputs, ignoreChanges }: DiffRequest,
  {
    updating,
    replacing,
    isIncomplete = false,
  }: {
    readonly updating: readonly string[];
    readonly replacing?: string;
    readonly isIncomplete?: boolean;
  },
): DiffResponse {
  const detailed: Record<string, PropertyDiff> = {};
  const isChanged = (name: string) => differences(oldInputs[name], inputs[name]).length > 0;
  for (const name of updating.filter(isChanged)) detailed[name] = { kind: "update", inputDiff: true };
  if (replacing !== undefined && isChanged(replacing)) {
    detailed[replacing] = { kind: "update-replace", inputDiff: true };
  }
  if (isPropertyMap(oldOutputs.live) && Object.keys(oldOutputs.live).length > 0) {
    detailed.live = { kind: "update", inputDiff: false };
  }
  if (texts(oldOutputs.unrecorded).length > 0) detailed.unrecorded = { kind: "update", inputDiff: false };
  if (isIncomplete) detailed.baseline = { kind: "update", inputDiff: false };
  for (const name of ignoreChanges) delete detailed[name];
  return { changes: Object.keys(detailed).length > 0, detailed };
}

/** Returns how to revert a change, after the words "to revert it"; undefined if that is not known. */
type RevertOf = (change: Change) => string | undefined;

/** Returns the outputs after a deployment: the baseline with accepted changes, and the remaining differences, which it logs. */
export function deployedOutputs(
  {
    before,
    now,
    released,
    revertOf,
  }: {
    readonly before: Watched;
    readonly now: Watched;
    readonly released: ReadonlySet<string>;
    readonly revertOf?: RevertOf;
  },
  inputs: PropertyMap,
  context: CallContext,
): PropertyMap {
  const baseline = nextBaseline(before, now, { accepted: new Set(texts(inputs.accept)), released });
  const changes = changesSince(baseline, now);
  warnOf(changes, revertOf, context);
  return outputsOf(inputs, baseline, changes);
}

/** Returns the outputs after a refresh, and logs the differences under the title. */
export function refreshedOutputs(
  {
    outputs,
    now,
    title,
    revertOf,
  }: {
    readonly outputs: PropertyMap;
    readonly now: Watched;
    readonly title: string;
    readonly revertOf?: RevertOf;
  },
  context: CallContext,
): PropertyMap {
  const baseline = watchedIn(outputs.baseline);
  const changes = changesSince(baseline, now);
  const lines = changes.flatMap((change) => [lineOf(change), ...revertLine(change, revertOf)]);
  if (changes.length > 0) context.log("warning", [title, ...lines].join("\n"));
  return outputsOf(outputs, baseline, changes);
}

/** Returns the outputs of a watch: its inputs, its baseline, and the differences. */
function outputsOf(properties: PropertyMap, baseline: Watched, changes: readonly Change[]): PropertyMap {
  const live = Object.fromEntries(changes.map((change) => [change.identity, changeText(change)]));
  return { ...properties, baseline, live };
}

/** Returns a change as a line of a warning: its severity, its name and what happened. */
function lineOf(change: Change): string {
  return `  ${change.severity.padEnd(7)}  ${escapeControls(change.identity)}: ${changeWords(change)}`;
}

function revertLine(change: Change, revertOf: RevertOf | undefined): string[] {
  const text = revertOf?.(change);
  return text === undefined ? [] : [`           to revert it${escapeControls(text)}`];
}

/** Logs the differences that a deployment does not change, and how to accept them. */
function warnOf(changes: readonly Change[], revertOf: RevertOf | undefined, context: CallContext): void {
  const lines = changes.flatMap((change) => [
    lineOf(change),
    ...revertLine(change, revertOf),
    `           to accept it: project.accept: ${change.acceptance}`,
  ]);
  warnOfLeft(lines, context);
}

function warnOfLeft(lines: readonly string[], context: CallContext): void {
  if (lines.length === 0) return;
  context.log("warning", ["Changed outside of the stack, and not repaired:", ...lines].join("\n"));
}

/** Logs the differences of the last refresh that are not accepted, because a preview reads nothing. */
export function warnOfAccepted({ live }: PropertyMap, { accept }: PropertyMap, context: CallContext): void {
  if (!isPropertyMap(live)) return;
  const accepted = texts(accept);
  const open = Object.entries(live).filter(
    ([identity]) => !accepted.some((entry) => entry.startsWith(`${identity} @ `)),
  );
  warnOfLeft(
    open.map(([identity, text]) => `  ${escapeControls(identity)}: ${String(text)}`),
    context,
  );
}

/** Returns a baseline as the state has it. */
export function watchedIn(value: unknown): Watched {
  if (!isPropertyMap(value as never)) return {};
  return Object.fromEntries(
    Object.entries(value as PropertyMap).map(([source, entries]) => [
      source,
      Object.fromEntries(
        Object.entries(isPropertyMap(entries) ? entries : {}).map(([identity, text]) => [
          identity,
          String(text),
        ]),
      ),
    ]),
  );
}

/** Returns a list of texts as the inputs have it. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
