import { expect, test } from "vitest";
import { checkStackConfig } from "../../config/parse";
import { allowedAccountsKey } from "../../config/rules/allowedAccounts";
import {
  type Areas,
  development,
  developmentSecrets,
  inputOf,
  production,
  productionSecrets,
} from "./specimens";

// The AWS account of a stack: `aws:allowedAccountIds` is a key of the provider, so the schema of the areas does not have it.
const setIt = "pulumi config set --stack prod --type string --path 'aws:allowedAccountIds[0]' '<account id>'";

function issuesWith(value: string | undefined, areas: Areas = production) {
  const isProduction = areas === production;
  const input = inputOf(
    isProduction ? "prod" : "dev",
    areas,
    isProduction ? productionSecrets : developmentSecrets,
  );
  const { [allowedAccountsKey]: _, ...others } = input.values;
  const values = value === undefined ? others : { ...others, [allowedAccountsKey]: value };
  return checkStackConfig({ ...input, values }).issues;
}

test("production must name its account", () => {
  expect(issuesWith(undefined)).toEqual([
    {
      key: allowedAccountsKey,
      message: "is missing: production names the AWS account that it is deployed to",
      command: setIt,
    },
  ]);
});

test("development may omit it", () => {
  expect(issuesWith(undefined, development)).toEqual([]);
});

test.each(["123456789012", "[]", "[123456789012]", '["12345"]', '[""]', "{", '{"0": "123456789012"}'])(
  "a value that is not a list of account ids is refused: %s",
  (value) => {
    expect(issuesWith(value)).toEqual([
      {
        key: allowedAccountsKey,
        message: "must be a list of AWS account ids with 12 digits each, in quotes",
        command: `pulumi config rm --stack prod ${allowedAccountsKey} && ${setIt}`,
      },
    ]);
  },
);

test("one or several accounts are accepted", () => {
  expect(issuesWith('["123456789012"]')).toEqual([]);
  expect(issuesWith('["123456789012", "210987654321"]')).toEqual([]);
});
