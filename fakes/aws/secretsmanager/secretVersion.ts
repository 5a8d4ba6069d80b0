import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { UserError } from "../../../foundation/userError";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText } from "../properties";

type SecretVersionState = {
  secretId: string;
  secretString?: string;
  versionStages?: string[];
  arn: string;
  secretArn: string;
  versionId: string;
  hasSecretStringWo: boolean;
  region: string;
};

/** The default stage of readers. */
const current = "AWSCURRENT";

/** A value of a secret. Its id is `<ARN of the secret>|<version>`. A changed value is a new version. */
export const secretVersion = resource<Aws, SecretVersionState>({
  inputs: {
    secretId: fixedText,
    secretString: { type: "string", secret: true, replaces: true },
    // If omitted, the plugin does not detect a manual change of the current version.
    versionStages: { type: "list", unordered: true, computed: true },
  },
  outputs: { arn: {}, secretArn: {}, versionId: {}, hasSecretStringWo: {}, region: {} },

  async create(aws, state, { signal }) {
    const secrets = aws.use("secretsmanager");
    const { ARN, VersionId } = await secrets.send(
      new PutSecretValueCommand({
        SecretId: state.secretId,
        SecretString: state.secretString,
        VersionStages: state.versionStages,
      }),
      { abortSignal: signal },
    );
    return { id: `${present(ARN, "the secret's ARN")}|${present(VersionId, "the version's id")}` };
  },

  async read(aws, id, known, { signal }) {
    const [secretArn = "", versionId] = id.split("|");
    if (versionId === undefined) {
      throw new UserError(`The id of a secret's version is <ARN of the secret>|<version>, and not ${id}.`);
    }
    const secrets = aws.use("secretsmanager");
    const found = await unlessMissing(
      secrets.send(new GetSecretValueCommand({ SecretId: secretArn, VersionId: versionId }), {
        abortSignal: signal,
      }),
      "ResourceNotFoundException",
      // The secret is scheduled for deletion.
      "InvalidRequestException",
    );
    if (found === undefined) return undefined;
    return {
      id,
      state: {
        secretId: known.secretId ?? secretArn,
        secretString: found.SecretString,
        versionStages: found.VersionStages ?? [],
        arn: found.ARN,
        secretArn: found.ARN,
        versionId,
        hasSecretStringWo: false,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const [SecretId = "", versionId = ""] = id.split("|");
    const secrets = aws.use("secretsmanager");
    const options = { abortSignal: signal };
    const [had, wanted] = [before.versionStages ?? [], after.versionStages ?? []];
    const { VersionIdsToStages: all = {} } = await secrets.send(
      new DescribeSecretCommand({ SecretId }),
      options,
    );
    for (const VersionStage of wanted.filter((stage) => !had.includes(stage))) {
      const holder = Object.keys(all).find((version) => all[version]?.includes(VersionStage));
      await secrets.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage,
          MoveToVersionId: versionId,
          RemoveFromVersionId: holder,
        }),
        options,
      );
    }
    // The service itself removes this stage from the previous version.
    const gone = had.filter(
      (stage) => !wanted.includes(stage) && stage !== current && stage !== "AWSPREVIOUS",
    );
    for (const VersionStage of gone) {
      await secrets.send(
        new UpdateSecretVersionStageCommand({ SecretId, VersionStage, RemoveFromVersionId: versionId }),
        options,
      );
    }
  },

  async delete(aws, id, _state, { signal }) {
    const [SecretId = "", versionId = ""] = id.split("|");
    const secrets = aws.use("secretsmanager");
    const options = { abortSignal: signal };
    const found = await unlessMissing(
      secrets.send(new DescribeSecretCommand({ SecretId }), options),
      "ResourceNotFoundException",
    );
    // A version is deleted with its last stage. The current one exists as long as its secret.
    for (const VersionStage of found?.VersionIdsToStages?.[versionId] ?? []) {
      if (VersionStage === current) continue;
      await secrets.send(
        new UpdateSecretVersionStageCommand({ SecretId, VersionStage, RemoveFromVersionId: versionId }),
        options,
      );
    }
  },
});
