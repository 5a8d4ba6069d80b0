import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { canonicalJson, type JsonValue } from "../../foundation/json";
import { UserError } from "../../foundation/userError";
import type { EngineEvent, PulumiRun } from "../pulumi";
import type { Change, DriftItem, Report } from "../report/model";
import { stepsOf } from "../report/steps";

const reviewVersion = 1;

const reviewSchema = z.strictObject({
  version: z.literal(reviewVersion),
  stack: z.string(),
  /** The inputs of the plan. */
  commit: z.string(),
  /** SHA-256 of the engine's plan. */
  plan: z.string(),
  /** The state of the services and the database: resource → SHA-256 of all properties that a refresh read. */
  resources: z.record(z.string(), z.string()),
  /** The content of the report: a name for each difference and each change → SHA-256 of it. */
  report: z.record(z.string(), z.string()),
});

/** What an approval covers: a commit, a plan, and the state of the services for which it was made. */
export type Review = z.output<typeof reviewSchema>;

const files = { review: "review.json", plan: "plan.json" } as const;

export const planFile = (folder: string) => path.join(folder, files.plan);

export interface ReviewSubject {
  readonly stack: string;
  readonly commit: string;
  readonly run: Pick<PulumiRun, "events">;
  readonly report: Report;
  /** The text of the engine's plan. */
  readonly plan: string;
}

/** Returns what a reviewer approves. */
export function reviewOf({ stack, commit, run, report, plan }: ReviewSubject): Review {
  return {
    version: reviewVersion,
    stack,
    commit,
    plan: sha256(plan),
    resources: resourcesOf(run.events),
    report: digests([
      ...report.changes.map((change) => [nameOfChange(change), change] as const),
      ...report.drift.map((item) => [nameOfDrift(item), item] as const),
      ...report.bundles.flatMap(({ objects }) =>
        objects.map((object) => [`${object.object} would be ${object.change}`, object] as const),
      ),
    ]),
  };
}

/**
 * Returns the digest of each entry. Resources of different types may have the same name: they have one digest together, which does not
 * depend on the order of the engine's events.
 */
function digests(entries: readonly (readonly [name: string, value: unknown])[]): Record<string, string> {
  const named = new Map<string, string[]>();
  for (const [name, value] of entries) named.set(name, [...(named.get(name) ?? []), digest(value)]);
  return Object.fromEntries(
    [...named].map(([name, found]) => [name, found.length === 1 ? `${found[0]}` : digest(found.sort())]),
  );
}

function resourcesOf(events: readonly EngineEvent[]): Record<string, string> {
  const { refreshed } = stepsOf(events, "deployment");
  return Object.fromEntries(
    refreshed
      .filter(({ old }) => old?.custom === true)
      .map((step) => [step.urn, digest(step.new?.outputs ?? null)]),
  );
}

const nameOfChange = ({ operation, resource }: Change) => `${operation} ${resource.name}`;
const nameOfDrift = ({ object, resource, property, what }: DriftItem) =>
  `${object ?? resource.name}${property === undefined ? "" : ` ${property}`} is ${what}`;

function digest(value: unknown): string {
  return sha256(canonicalJson((value ?? null) as JsonValue));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export async function writeReview(folder: string, review: Review): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, files.review), `${JSON.stringify(review, null, 2)}\n`);
}

/** Reads the review. Throws a UserError if the folder contains no review, or a plan that does not match it. */
export async function readReview(folder: string): Promise<Review> {
  const [review, plan] = await Promise.all([
    readFile(path.join(folder, files.review), "utf8").catch(() => undefined),
    readFile(planFile(folder), "utf8").catch(() => undefined),
  ]);
  if (review === undefined || plan === undefined) {
    throw new UserError(
      `${folder} contains no reviewed plan: create one with \`npm run plan -- <stack> --out <folder>\`.`,
    );
  }
  const parsed = reviewSchema.safeParse(jsonOf(review));
  if (!parsed.success)
    throw new UserError(
      `${path.join(folder, files.review)} is not a review in the format of this version: create a new plan and have it reviewed.`,
    );
  if (parsed.data.plan !== sha256(plan)) {
    throw new UserError(
      `${planFile(folder)} is not the plan that was reviewed: create a new plan and have it reviewed.`,
    );
  }
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Throws a UserError if the review is for another stack or commit, before any service is called. */
export function requireSameSubject(
  review: Review,
  { stack, commit }: { stack: string; commit: string },
): void {
  if (review.stack !== stack) throw refusal(`it is for stack ${review.stack}, not for ${stack}`);
  if (review.commit !== commit) {
    throw refusal(
      `it is for commit ${review.commit.slice(0, 12)}, but ${commit.slice(0, 12)} is checked out`,
    );
  }
}

/** Throws a UserError that names what has changed since the review. Nothing has been deployed at this point. */
export function requireSameWorld(reviewed: Review, now: Review): void {
  const moved = differing(reviewed.resources, now.resources).map((urn) =>
    urn.slice(urn.lastIndexOf("::") + 2),
  );
  const other = differing(reviewed.report, now.report);
  // For the database, the report names the object, and the resource contains all objects.
  const named = other.length > 0 ? other : moved;
  if (named.length === 0) return;
  const shown = named.slice(0, 5).join("; ");
  const more = named.length > 5 ? `; and ${named.length - 5} more` : "";
  throw refusal(`something else has changed since the review (${shown}${more})`);
}

function differing(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((key) => one[key] !== other[key])
    .sort();
}

/** Returns an error that explains in one sentence why a reviewed plan is not applied. */
export function refusal(why: string): UserError {
  return new UserError(
    `The reviewed plan is not applied, because ${why}: nothing was changed; create a new plan and have it reviewed.`,
  );
}
