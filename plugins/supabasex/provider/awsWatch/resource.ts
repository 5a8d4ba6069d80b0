import { forEachLimited } from "../../../../foundation/concurrency";
import { UserError } from "../../../../foundation/userError";
import type { CallContext } from "../../../provider-host/provider";
import { containsUnknown, type PropertyMap } from "../../../provider-host/values";
import { revertInAws, revertText } from "../../awsReverts";
import { addedInAws } from "../../bundleMessages";
import { type Resource, unknownInputs } from "../resource";
import { deployedOutputs, diffOfWatch, refreshedOutputs, warnOfAccepted, watchedIn } from "../watch/report";
import { type Change, changeWords, type Entries, type Watched } from "../watch/watched";
import { assumesRoles, connectAws } from "./clients";
import type { DeclaredInAws } from "./declared";
import { declaredInAws, formerOwners } from "./declaredInputs";
import { codeName } from "./functions";
import { codeSource, isOfAccount, readAwsSource, repositorySource, sourceNames } from "./sources";

/** Sources that are read at the same time. AWS limits the requests per second of an account, which other programs need, too. */
const parallelReads = 10;

const inputNames = ["region", "profile", "assumeRoles", "declared", "accept"] as const;

/**
 * Reports what was added to the stack's resources in AWS and no other resource reports: subscriptions of its topic, targets of
 * its rules, schedules, services and tasks of its cluster, access points of its buckets, readers of its logs, grants on its key,
 * functions that rotate its password, what mutes its alarms, what reaches its network, and settings of its buckets that the stack
 * leaves unset. The baseline is only what `accept` names, because AWS creates none of these by itself. Two things are in the baseline
 * from the beginning: policies of the account, which its owner sets, and the code of functions, which each deployment of new code sets.
 * An update repairs nothing.
 */
export const awsWatch: Resource = {
  async check({ inputs }) {
    const failures = unknownInputs(inputs, inputNames);
    for (const property of ["region", "declared"]) {
      const value = inputs[property];
      if (value === undefined || value === null) failures.push({ property, reason: "is required" });
    }
    return { inputs, failures };
  },

  async diff(request) {
    return diffOfWatch(request, { updating: inputNames });
  },

  async create({ inputs, preview }, context) {
    if (preview || containsUnknown(inputs)) return { id: "", outputs: { ...inputs, live: {} } };
    const declared = declaredInAws(inputs);
    const released = newCode(undefined, declared);
    return {
      id: declared.bucket,
      outputs: await compared({ before: {}, released, declared }, inputs, context),
    };
  },

  async read({ id, inputs, outputs }, context) {
    if (Object.keys(inputs).length === 0) {
      throw new UserError("An AwsWatch cannot be imported: declare it.");
    }
    const { unrecorded: _, ...deployed } = outputs;
    const baseline = watchedIn(outputs.baseline);
    const found = await readAll(inputs, declaredInAws({ ...inputs, ...formerIn(outputs) }), context);
    const read = withMissingCode(baseline, found);
    // An older version deployed the last time, or its credentials were not allowed to read the account.
    const unrecorded = Object.keys(read).filter((name) => isOfAccount(name) && baseline[name] === undefined);
    const now = Object.fromEntries(Object.entries(read).filter(([name]) => !unrecorded.includes(name)));
    const refreshed = refreshedOutputs(
      { outputs: deployed, now, title: addedInAws, revertOf: revertOf(inputs) },
      context,
    );
    if (unrecorded.length === 0) return { id, inputs, outputs: refreshed };
    context.log(
      "info",
      `The next deployment records what it finds, to compare it later: ${unrecorded.join(", ")}`,
    );
    // Without this difference, nothing would update the watch, and the sources would never be compared.
    return { id, inputs, outputs: { ...refreshed, unrecorded } };
  },

  async update({ oldOutputs, inputs, preview }, context) {
    if (preview) {
      warnOfAccepted(oldOutputs, inputs, context);
      return { outputs: { ...inputs, baseline: oldOutputs.baseline ?? {}, live: {} } };
    }
    const declaredBefore = declaredInAws(oldOutputs);
    const declaredNow = declaredInAws(inputs);
    const former = formerOwners(declaredBefore, declaredNow);
    const declared = { ...declaredNow, former };
    const before = comparable(watchedIn(oldOutputs.baseline), declaredBefore, declared);
    const released = newCode(declaredBefore, declared);
    const outputs = await compared({ before, released, declared }, inputs, context);
    return { outputs: former === undefined ? outputs : { ...outputs, former: { ...former } } };
  },

  // Nothing was created.
  async delete() {},
};

async function compared(
  {
    before,
    released,
    declared,
  }: {
    readonly before: Watched;
    readonly released: ReadonlySet<string>;
    readonly declared: DeclaredInAws;
  },
  inputs: PropertyMap,
  context: CallContext,
): Promise<PropertyMap> {
  const now = withMissingCode(before, await readAll(inputs, declared, context));
  const empty = sourceNames.filter((name) => !isOfAccount(name)).map((name) => [name, {}] as const);
  const known = { ...Object.fromEntries(empty), ...before };
  return deployedOutputs({ before: known, now, released, revertOf: revertOf(inputs) }, inputs, context);
}

/** Returns a function that returns how to revert a change. */
function revertOf(inputs: PropertyMap): (change: Change) => string | undefined {
  const { cluster, network, region } = declaredInAws(inputs);
  const { assumeRoles, profile } = inputs;
  const place = {
    cluster,
    region,
    vpcId: network?.vpcId,
    profile: typeof profile === "string" && !assumesRoles(assumeRoles) ? profile : undefined,
  };
  return (change) => {
    const revert = revertInAws(change.identity, changeWords(change), place);
    return revert && revertText(revert);
  };
}

/** Returns the baseline without the permissions on another repository. Those on the new one are recorded like at the first deployment. */
function comparable(baseline: Watched, before: DeclaredInAws, after: DeclaredInAws): Watched {
  if (before.imageRepository === after.imageRepository) return baseline;
  return Object.fromEntries(Object.entries(baseline).filter(([source]) => source !== repositorySource));
}

/** Adds the code of functions that do not exist: the function's own resource reports that it was deleted. */
function withMissingCode(baseline: Watched, now: Watched): Watched {
  const found = now[codeSource];
  return found === undefined ? now : { ...now, [codeSource]: { ...baseline[codeSource], ...found } };
}

/** Returns the identities of the code that this deployment has replaced, because the program of the function is another one. */
function newCode(before: DeclaredInAws | undefined, after: DeclaredInAws): ReadonlySet<string> {
  return new Set(
    Object.entries(after.functionPrograms)
      .filter(([name, program]) => before?.functionPrograms[name] !== program)
      .map(([name]) => codeName(name)),
  );
}

/** Returns the owners of interfaces that an update recorded. */
const formerIn = ({ former }: PropertyMap): PropertyMap => (former === undefined ? {} : { former });

async function readAll(
  properties: PropertyMap,
  declared: DeclaredInAws,
  { signal, log }: CallContext,
): Promise<Watched> {
  const { replica } = declared;
  const [aws, awsOfReplica] = await Promise.all([
    connectAws(properties),
    replica && connectAws({ ...properties, region: replica.region }),
  ]);
  const uncovered: string[] = [];
  const notice = (sentence: string) => uncovered.push(sentence);
  const question = { aws, awsOfReplica, declared, signal, notice };
  const answers = new Map<string, Entries | undefined>();
  await forEachLimited(sourceNames, parallelReads, async (name) => {
    answers.set(name, await readAwsSource(name, question));
  });
  if (uncovered.length > 0) log("warning", uncovered.sort().join("\n"));
  return Object.fromEntries(
    sourceNames.flatMap((name) => {
      const entries = answers.get(name);
      return entries === undefined ? [] : [[name, entries] as const];
    }),
  );
}
