import { type PolicyDocument, policyDocument } from "../../components/policyDocument";

/** Issuer of the tokens of GitHub Actions, without its scheme. Condition keys begin with it. */
export const githubIssuer = "token.actions.githubusercontent.com";

/** The audience that aws-actions/configure-aws-credentials requests. */
export const githubAudience = "sts.amazonaws.com";

export interface GithubRepository {
  /** `<owner>/<name>` */
  readonly repository: string;
  /** Ids of owner and repository for the immutable form of the subject. */
  readonly repositoryIds?: { readonly owner: number; readonly repository: number } | undefined;
}

/**
 * Returns the subjects of a job in one environment of the repository. Repositories that were created or renamed since
 * 15 July 2026 send the form with ids; older ones that did not opt in send the form with only names.
 */
export function subjectsOf({ repository, repositoryIds }: GithubRepository, environment: string): string[] {
  const byName = `repo:${repository}:environment:${environment}`;
  if (repositoryIds === undefined) return [byName];
  const [owner, name] = repository.split("/");
  return [
    byName,
    `repo:${owner}@${repositoryIds.owner}/${name}@${repositoryIds.repository}:environment:${environment}`,
  ];
}

/** Returns who may assume a role: jobs of exactly one environment, with a token that was issued for AWS. */
export function githubTrust(args: {
  readonly providerArn: string;
  readonly github: GithubRepository;
  /** Name of the environment on GitHub. */
  readonly environment: string;
}): PolicyDocument {
  return policyDocument({
    Sid: "JobsOfThisEnvironment",
    Effect: "Allow",
    Principal: { Federated: args.providerArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${githubIssuer}:aud`]: githubAudience,
        [`${githubIssuer}:sub`]: subjectsOf(args.github, args.environment),
      },
    },
  });
}
