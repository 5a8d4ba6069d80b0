import { LifecyclePolicy } from "@pulumi/aws/ecr/lifecyclePolicy";
import { Repository } from "@pulumi/aws/ecr/repository";
import type * as pulumi from "@pulumi/pulumi";
import { Component, containedIn } from "../../components/component";
import type { AccountArgs } from "./accountArgs";
import type { ProtectedKey } from "./protectedKey";

export interface ImageRepositoryArgs extends AccountArgs {
  readonly repositoryName: string;
  readonly key: ProtectedKey;
}

/** Days after which an image without a tag is deleted. By then, it is not a release, and no task definition pins it. */
const untaggedDays = 30;
/** Number of releases to keep. A task definition that still pins an older one can no longer start. */
const keptReleases = 100;

/** The ECR repository of the backup image, with immutable tags and a scan of every push. */
export class ImageRepository extends Component {
  readonly repository: Repository;

  constructor(name: string, args: ImageRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ImageRepository", name, opts);
    this.repository = new Repository(
      this.childName("repository"),
      {
        name: args.repositoryName,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: args.key.key.arn }],
        forceDelete: false,
        tags: args.tags,
      },
      this.childOptions({ protect: args.deletionProtection, retainOnDelete: args.deletionProtection }),
    );
    new LifecyclePolicy(
      this.childName("lifecycle"),
      {
        repository: this.repository.name,
        policy: JSON.stringify({
          rules: [
            rule(1, "Images without a tag", {
              tagStatus: "untagged",
              countType: "sinceImagePushed",
              countUnit: "days",
              countNumber: untaggedDays,
            }),
            rule(2, "Old releases", {
              tagStatus: "any",
              countType: "imageCountMoreThan",
              countNumber: keptReleases,
            }),
          ],
        }),
      },
      // The policy stays if ECR refuses to delete the repository because it has images.
      this.childOptions({
        ...containedIn(this.repository),
        ...{ deleteBeforeReplace: true, retainOnDelete: args.deletionProtection },
      }),
    );
    this.registerOutputs({ url: this.repository.repositoryUrl });
  }
}

function rule(
  rulePriority: number,
  description: string,
  selection: Readonly<Record<string, string | number>>,
) {
  return { rulePriority, description, selection, action: { type: "expire" } };
}
