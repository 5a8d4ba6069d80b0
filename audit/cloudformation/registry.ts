import { type Counterpart, objectsOf, pascal, sameNames } from "./counterpart";

/** ECR. */
export const registry: Readonly<Record<string, Counterpart>> = {
  "aws:ecr/repository:Repository": {
    type: "AWS::ECR::Repository",
    ref: "name",
    properties: ({ name, encryptionConfigurations, ...inputs }, { find }) => {
      const [encryption] = objectsOf(encryptionConfigurations);
      const [lifecycle] = find("aws:ecr/lifecyclePolicy:LifecyclePolicy", "repository", name);
      return {
        ...sameNames(inputs, "forceDelete"),
        RepositoryName: name,
        EncryptionConfiguration: encryption && pascal(encryption),
        LifecyclePolicy: lifecycle && { LifecyclePolicyText: lifecycle.policy ?? null },
      };
    },
  },
};
