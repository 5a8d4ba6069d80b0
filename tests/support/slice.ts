import { seededRandom } from "./random";
import { onSecondServerVariable } from "./secondServer.mts";

/** Whether the run has every case of the longest tables, as on GitHub (`EVERY_CASE=1`). */
export const everyCase = process.env.EVERY_CASE === "1";

/** Whether the test runs again, on the second server. */
const isRepeated = process.env[onSecondServerVariable] === "1";

/**
 * Returns the part of a long table of cases that this run has: one of `oneOf`, or all with `EVERY_CASE=1`. SEED selects which. It is
 * never empty. Cases of one kind are neighbours in our tables, so each part has cases of every kind. If the test runs again on the second
 * server, that run has the next part.
 */
export function sliceOf<Case>(cases: readonly Case[], oneOf: number): readonly Case[] {
  if (everyCase) return cases;
  const step = Math.min(oneOf, cases.length);
  const first =
    Math.floor(seededRandom(Number(process.env.SEED ?? 20261122))() * step) + (isRepeated ? 1 : 0);
  return cases.filter((_, index) => index % step === first % step);
}

/** Returns one of `first` cases on the first server, and one of `second` when the test runs again on the second. */
export function sliceOnServer<Case>(
  cases: readonly Case[],
  { first, second }: { readonly first: number; readonly second: number },
): readonly Case[] {
  return sliceOf(cases, isRepeated ? second : first);
}
