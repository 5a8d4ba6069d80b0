import { describe, expect } from "vitest";
import { formatPath } from "../../config/keys";
import { checkStackConfig, parseStackConfig } from "../../config/parse";
import { stackSchema } from "../../config/schema";
import { leavesOf } from "../../config/schemaTree";
import { SecretText } from "../../config/secretText";
import { fc, test } from "../support/properties";
import { type Areas, development, developmentSecrets, inputOf, key, withValue } from "./specimens";

const plainLeaves = leavesOf(stackSchema).filter(
  ({ secret, path }) => !secret && path.join(".") !== "functions.secrets",
);
const definition = (leaf: (typeof plainLeaves)[number]) =>
  (leaf.inner as unknown as { def: { type: string; entries?: object; format?: string } }).def;

/** A change of one leaf: near and far numbers, values of enums, any JSON. */
const mutation = fc.constantFrom(...plainLeaves).chain((leaf) => {
  const choices: fc.Arbitrary<unknown>[] = [
    fc.jsonValue({ maxDepth: 2 }),
    fc.integer({ min: -2, max: 10_000 }),
    fc.boolean(),
    fc.constantFrom(undefined, leaf.defaultValue, leaf.example),
  ];
  const { entries } = definition(leaf);
  if (entries !== undefined && leaf.path.join(".") !== "project.environment")
    choices.push(fc.constantFrom(...Object.keys(entries)));
  return fc.record({ path: fc.constant(leaf.path), value: fc.oneof(...choices) });
});

/** Returns the configuration as a user would write it: without secrets, which have their own keys. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => !(child instanceof SecretText))
      .map(([name, child]) => [name, withoutSecrets(child)]),
  );
}

/** Returns the configuration in which a path can be set: the stack's own network replaces an existing one. */
function roomFor(path: readonly string[]): Areas {
  if (path[1] !== "network") return development;
  const { vpcId: _, subnetIds: __, ...backup } = development.backup ?? {};
  return { ...development, backup };
}

describe("any configuration", { timeout: 60_000 }, () => {
  test.prop([fc.array(mutation, { maxLength: 3 })], { numRuns: 300 })(
    "that is valid means the same when it is written out with all its defaults",
    (mutations) => {
      const areas = mutations.reduce<Areas>((at, { path, value }) => withValue(at, path, value), development);
      const { config } = checkStackConfig(inputOf("any", areas, developmentSecrets));
      // Most mutations break it. The next property checks that they are reported.
      if (config === undefined) return;

      const written = withoutSecrets(config) as Areas;
      delete written.functions?.secrets;
      const again = parseStackConfig(inputOf("any", written, developmentSecrets));

      expect(again).toEqual(config);
    },
  );

  test.prop([mutation], { numRuns: 700 })(
    "with one leaf changed is valid, or each issue names the leaf",
    ({ path, value }) => {
      const name = formatPath(path);

      const { config, issues } = checkStackConfig(
        inputOf("any", withValue(roomFor(path), path, value), developmentSecrets),
      );

      expect(config === undefined).toBe(issues.length > 0);
      for (const issue of issues) {
        const naming = [issue.key, issue.message].some((text) => text.includes(name));
        const ofNamedSecret =
          name === "functions.secretNames" && issue.key.startsWith(key("functionsSecrets"));
        expect(naming || ofNamedSecret, `${issue.key} ${issue.message}`).toBe(true);
      }
    },
  );

  test.prop([fc.constantFrom(...plainLeaves), fc.constantFrom("text", "list", "object")], { numRuns: 200 })(
    "never has a received value in its issues",
    (leaf, shape) => {
      const canary = "Canary Value,9f3!";
      const value = { text: canary, list: [canary, 7], object: { known: canary } }[shape];

      const { issues } = checkStackConfig(
        inputOf("any", withValue(development, leaf.path, value), developmentSecrets),
      );

      expect(JSON.stringify(issues)).not.toContain("9f3!");
    },
  );

  test.prop([fc.constantFrom(...plainLeaves.map(({ path }) => path)), fc.constantFrom("x", "_", "Days")], {
    numRuns: 300,
  })("with a key misspelled by its ending is refused, and the right key is offered", (path, ending) => {
    const last = path.at(-1) ?? "";
    const misspelled = [...path.slice(0, -1), `${last}${ending}`];
    fc.pre(!plainLeaves.some((leaf) => formatPath(leaf.path) === formatPath(misspelled)));

    const { issues } = checkStackConfig(
      inputOf("any", withValue(development, misspelled, 1), developmentSecrets),
    );

    const issue = issues.find((candidate) => candidate.key === key(formatPath(misspelled)));
    expect(issue?.message).toMatch(/^is not a known key/);
    if (ending.length === 1 && last.length > 2)
      expect(issue?.message).toContain(`; did you mean ${key(formatPath(path))}?`);
  });
});
