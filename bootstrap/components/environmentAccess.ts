import { Policy } from "@pulumi/aws/iam/policy";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../../components/component";
import { ExclusiveRole } from "../../components/exclusiveRole";
import type { PolicyDocument } from "../../components/policyDocument";
import type { EnvironmentPlace } from "../environmentPlace";
import { boundaryPolicy } from "../policies/boundary";
import type { PolicyPlace } from "../policies/place";
import { deployManagedPolicy, deployPolicy, previewPolicy } from "../policies/rolePolicies";
import { type GithubRepository, githubTrust } from "../policies/trust";
import type { AccountArgs } from "./accountArgs";
import { ProtectedKey } from "./protectedKey";
import type { StateBucket } from "./stateBucket";

export interface EnvironmentAccessArgs extends AccountArgs {
  readonly environment: EnvironmentPlace;
  readonly github: GithubRepository;
  /** ARN of the account's GitHub identity provider. */
  readonly providerArn: pulumi.Input<string>;
  readonly state: StateBucket;
}

/**
 * Returns the names of an environment's resources in an account. Declared once, because workflows and documentation use them too.
 */
export function accessNames(environment: string) {
  return {
    secretsKey: `thorbis-${environment}-secrets`,
    boundary: `thorbis-${environment}-boundary`,
    deployNetworkPolicy: `thorbis-${environment}-deploy-network`,
    deployRole: `thorbis-${environment}-deploy`,
    previewRole: `thorbis-${environment}-preview`,
    /** Environments on GitHub, which the roles trust. */
    deployEnvironment: environment,
    previewEnvironment: `${environment}-preview`,
  } as const;
}

/** The access of GitHub to one environment: a role that deploys, a role that previews, a key for the secrets, and a boundary. */
export class EnvironmentAccess extends Component {
  readonly secretsKeyAlias: pulumi.Output<string>;
  readonly boundaryArn: pulumi.Output<string>;
  readonly deployRoleArn: pulumi.Output<string>;
  readonly previewRoleArn: pulumi.Output<string>;

  constructor(name: string, args: EnvironmentAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("EnvironmentAccess", name, opts);
    const { environment, account } = args;
    const names = accessNames(environment.name);
    const secrets = new ProtectedKey(
      this.childName("secrets"),
      { ...args, alias: names.secretsKey, purpose: `the secrets of the stack ${environment.name}` },
      { parent: this },
    );
    this.secretsKeyAlias = secrets.aliasName;
    this.boundaryArn = new Policy(
      this.childName("boundary"),
      {
        name: names.boundary,
        description: `The most that roles of the stack ${environment.name} may do`,
        policy: pulumi
          .output(account.accountId)
          .apply((accountId) => JSON.stringify(boundaryPolicy({ ...environment, accountId }))),
        tags: args.tags,
      },
      this.childOptions(),
    ).arn;

    const place = pulumi
      .all([
        account.accountId,
        args.state.bucket.arn,
        args.state.key.key.arn,
        secrets.key.arn,
        this.boundaryArn,
      ])
      .apply(
        ([accountId, stateBucketArn, stateKeyArn, secretsKeyArn, boundaryArn]): PolicyPlace => ({
          ...environment,
          accountId,
          stateBucketArn,
          stateKeyArn,
          secretsKeyArn,
          boundaryArn,
        }),
      );
    const managedPolicy = new Policy(
      this.childName("deploy-network"),
      {
        name: names.deployNetworkPolicy,
        // IAM replaces a policy with its description. It holds the rights on roles, too.
        description: `What deployments of the stack ${environment.name} may do with networks`,
        policy: place.apply((place) => JSON.stringify(deployManagedPolicy(place))),
        tags: args.tags,
      },
      this.childOptions(),
    );
    const role = (
      purpose: "deploy" | "preview",
      policyOf: (place: PolicyPlace) => PolicyDocument,
      managedPolicies: readonly Policy[] = [],
    ) =>
      new ExclusiveRole(
        this.childName(purpose),
        {
          name: names[`${purpose}Role`],
          policyName: purpose,
          tags: args.tags,
          trust: pulumi
            .output(args.providerArn)
            .apply((providerArn) =>
              githubTrust({ providerArn, github: args.github, environment: names[`${purpose}Environment`] }),
            ),
          policy: place.apply(policyOf),
          managedPolicies,
        },
        { parent: this },
      ).arn;
    this.deployRoleArn = role("deploy", deployPolicy, [managedPolicy]);
    this.previewRoleArn = role("preview", previewPolicy);
    this.registerOutputs({ deployRoleArn: this.deployRoleArn, previewRoleArn: this.previewRoleArn });
  }
}
