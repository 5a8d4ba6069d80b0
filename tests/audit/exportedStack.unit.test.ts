import { expect, test } from "vitest";
import { auditedStacks } from "../../audit/auditedStacks";
import { exportedStack } from "../../audit/exportedStack";

const urn = (stack: string, type: string, name: string) =>
  `urn:pulumi:${stack}::thorbis-supabase::thorbis:aws:Part$${type}::${name}`;

const exported = (stack: string, project = "thorbis-supabase") =>
  JSON.stringify({
    version: 3,
    deployment: {
      resources: [
        { urn: `urn:pulumi:${stack}::${project}::pulumi:pulumi:Stack::s`, type: "pulumi:pulumi:Stack" },
        {
          urn: urn(stack, "aws:sqs/queue:Queue", "letters"),
          type: "aws:sqs/queue:Queue",
          id: "https://replaced",
          delete: true,
          inputs: { name: "replaced" },
        },
        {
          urn: urn(stack, "aws:sqs/queue:Queue", "letters"),
          type: "aws:sqs/queue:Queue",
          id: "https://queue",
          inputs: {
            name: "letters",
            __defaults: ["sqsManagedSseEnabled"],
            sqsManagedSseEnabled: false,
            redrive: [{ __defaults: ["maximum"], maximum: 5, __meta: "{}", target: "other" }],
            policy: {
              "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
              ciphertext: "v1:x",
            },
          },
          outputs: { arn: "arn:aws:sqs:eu-west-1:210987654321:letters" },
        },
      ],
    },
  });

test("an exported state yields its AWS resources as the program declared them, without secrets and the provider's defaults", () => {
  const { stack, resources } = exportedStack("state.json", exported("prod"));

  expect(stack).toBe("prod");
  expect(resources).toEqual([
    {
      type: "aws:sqs/queue:Queue",
      name: "letters",
      inputs: { name: "letters", policy: "(not shown)", redrive: [{ target: "other" }] },
      outputs: { arn: "arn:aws:sqs:eu-west-1:210987654321:letters", id: "https://queue" },
    },
  ]);
});

test("a local copy of an environment has the environment's waivers", () => {
  expect(exportedStack("state.json", exported("like-prod")).stack).toBe("prod");
});

test("the waivers of an account's set-up do not depend on the account's name", () => {
  expect(exportedStack("state.json", exported("production-account", "thorbis-bootstrap")).stack).toBe(
    "bootstrap",
  );
  expect(exportedStack("state.json", exported("prod", "thorbis-supabase")).stack).toBe("prod");
});

test.each([["nothing"], ["{}"], ['{"deployment": {"resources": [{"urn": 1}]}}'], ['{"deployment": {}}']])(
  "%s is refused with the command that writes a state",
  (text) => {
    expect(() => exportedStack("state.json", text)).toThrow(
      "state.json is not an exported stack state: write it with `npm run -s pulumi -- stack export --stack <stack> --file state.json`, then run the command again.",
    );
  },
);

test("an exported state together with the names of stacks is refused", async () => {
  await expect(auditedStacks(["dev"], "state.json")).rejects.toThrow(
    "--state checks the stack of state.json alone: leave out dev, or leave out --state.",
  );
});
