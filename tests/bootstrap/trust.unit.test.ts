import { expect, test } from "vitest";
import { githubTrust, subjectsOf } from "../../bootstrap/policies/trust";

const providerArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const withIds = { repository: "thorbis/backend", repositoryIds: { owner: 7, repository: 9 } };

test("a repository with ids is trusted in exactly the two forms of its subject", () => {
  expect(subjectsOf(withIds, "prod")).toEqual([
    "repo:thorbis/backend:environment:prod",
    "repo:thorbis@7/backend@9:environment:prod",
  ]);
});

test("a role trusts the jobs of exactly one environment, with a token for AWS", () => {
  const { Statement } = githubTrust({ providerArn, github: withIds, environment: "prod" });

  expect(Statement).toEqual([
    {
      Sid: "JobsOfThisEnvironment",
      Effect: "Allow",
      Principal: { Federated: providerArn },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: {
          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
          "token.actions.githubusercontent.com:sub": [
            "repo:thorbis/backend:environment:prod",
            "repo:thorbis@7/backend@9:environment:prod",
          ],
        },
      },
    },
  ]);
});

test("no wildcard and no set operator admits another repository", () => {
  const text = JSON.stringify(githubTrust({ providerArn, github: withIds, environment: "prod" }));

  expect(text).not.toContain("*");
  expect(text).not.toMatch(/StringLike|ForAllValues|ForAnyValue|IfExists/);
});
