import type { CallContext } from "../../../host/provider";
import { isPropertyMap, type PropertyMap } from "../../../host/values";
import { type Change, changeText, changeWords, type Watched } from "./watched";

/** Returns the outputs of a watch: its inputs, what it compares with, and what differs. */
export function outputsOf(
  properties: PropertyMap,
  baseline: Watched,
  changes: readonly Change[],
): PropertyMap {
  const live = Object.fromEntries(changes.map((change) => [change.identity, changeText(change)]));
  return { ...properties, baseline, live };
}

/** Returns a change as a line of a warning: its severity, its name and what happened. */
export function lineOf(change: Change): string {
  return `  ${change.severity.padEnd(7)}  ${change.identity}: ${changeWords(change)}`;
}

/** Says what a deployment leaves as it is, and how it is accepted. */
export function warnOf(changes: readonly Change[], context: CallContext): void {
  const lines = changes.flatMap((change) => [
    lineOf(change),
    `           to accept it: project.accept: ${change.acceptance}`,
  ]);
  warnOfLeft(lines, context);
}

function warnOfLeft(lines: readonly string[], context: CallContext): void {
  if (lines.length === 0) return;
  context.log("warning", ["Changed outside of the stack, and left as it is:", ...lines].join("\n"));
}

/** In a preview nothing is read: what the last refresh found is said again, unless it is accepted now. */
export function warnOfAccepted({ live }: PropertyMap, { accept }: PropertyMap, context: CallContext): void {
  if (!isPropertyMap(live)) return;
  const accepted = texts(accept);
  const open = Object.entries(live).filter(
    ([identity]) => !accepted.some((entry) => entry.startsWith(`${identity} @ `)),
  );
  warnOfLeft(
    open.map(([identity, text]) => `  ${identity}: ${String(text)}`),
    context,
  );
}

/** Returns the entries that the configuration accepts. */
export function acceptedIn({ accept }: PropertyMap): Set<string> {
  return new Set(texts(accept));
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
