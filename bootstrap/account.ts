import { OpenIdConnectProvider } from "@pulumi/aws/iam/openIdConnectProvider";
import * as pulumi from "@pulumi/pulumi";
import { currentAwsAccount } from "../components/awsAccount";
import { EnvironmentAccess } from "./components/environmentAccess";
import { ImageRepository } from "./components/imageRepository";
import { StateBucket } from "./components/stateBucket";
import { githubAudience, githubIssuer } from "./policies/trust";
import type { BootstrapSettings } from "./settings";

/** Declares the one-time setup of an AWS account, and returns the outputs of the stack. */
export function declareAccount(settings: BootstrapSettings) {
  const common = {
    account: currentAwsAccount(),
    tags: { Project: pulumi.getProject(), Owner: settings.owner, DataClass: "confidential" },
    deletionProtection: settings.deletionProtection,
  };
  const state = new StateBucket("state", { ...common, bucketName: settings.stateBucketName });
  const images = new ImageRepository("images", {
    ...common,
    repositoryName: settings.imageRepositoryName,
    key: state.key,
  });
  const github = new OpenIdConnectProvider(
    "github",
    { url: `https://${githubIssuer}`, clientIdLists: [githubAudience], tags: common.tags },
    { protect: settings.deletionProtection, retainOnDelete: settings.deletionProtection },
  );
  const access = settings.environments.map((environment) => ({
    environment,
    roles: new EnvironmentAccess(`access-${environment.name}`, {
      ...common,
      environment,
      github: settings,
      providerArn: github.arn,
      state,
    }),
  }));

  return {
    /** The argument of `pulumi login`. */
    stateUrl: pulumi.interpolate`s3://${state.bucket.bucket}?region=${common.account.region}&awssdk=v2`,
    imageRepositoryUrl: images.repository.repositoryUrl,
    /**
     * By environment: the argument of `pulumi stack init --secrets-provider`, and the values for its stack file and workflows.
     */
    environments: Object.fromEntries(
      access.map(({ environment, roles }) => [
        environment.name,
        {
          secretsProvider: pulumi.interpolate`awskms://${roles.secretsKeyAlias}?region=${common.account.region}`,
          deployRoleArn: roles.deployRoleArn,
          previewRoleArn: roles.previewRoleArn,
          permissionsBoundaryArn: roles.boundaryArn,
        },
      ]),
    ),
  };
}
