import type { Policy } from "@pulumi/aws/iam/policy";
import { Role } from "@pulumi/aws/iam/role";
import { RolePoliciesExclusive } from "@pulumi/aws/iam/rolePoliciesExclusive";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { RolePolicyAttachmentsExclusive } from "@pulumi/aws/iam/rolePolicyAttachmentsExclusive";
import * as pulumi from "@pulumi/pulumi";
import type { AwsTags } from "./awsTags";
import { Component } from "./component";
import type { PolicyDocument } from "./policyDocument";

export interface ExclusiveRoleArgs {
  /** The role's name in AWS, at most 64 characters. */
  readonly name: string;
  readonly policyName: string;
  readonly tags: AwsTags;
  /** ARN of a managed policy that limits the role's permissions. Default: no limit in addition to its policy. */
  readonly permissionsBoundaryArn?: pulumi.Input<string> | undefined;
  /** Who may assume it. */
  readonly trust: pulumi.Input<PolicyDocument>;
  /** All permissions in addition to `managedPolicies`. */
  readonly policy: pulumi.Input<PolicyDocument>;
  /** Managed policies in addition to its own. Default: none. */
  readonly managedPolicies?: readonly Policy[];
}

/**
 * A role with exactly one inline policy and the named managed policies. Added policies are reported, and removed by the
 * next deployment.
 */
export class ExclusiveRole extends Component {
  readonly arn: pulumi.Output<string>;
  readonly policy: RolePolicy;

  constructor(name: string, args: ExclusiveRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    // The type token stays "TaskRole": another one would replace every role.
    super("TaskRole", name, opts);
    const text = (document: pulumi.Input<PolicyDocument>) =>
      pulumi.output(document).apply((document) => JSON.stringify(document));
    const managed = args.managedPolicies ?? [];
    const role = new Role(
      this.childName("role"),
      {
        name: args.name,
        assumeRolePolicy: text(args.trust),
        permissionsBoundary: args.permissionsBoundaryArn,
        tags: args.tags,
        // IAM refuses to delete a role with managed policies, and the resource that attaches them does not detach them on its deletion.
        ...(managed.length > 0 && { forceDetachPolicies: true }),
      },
      // IAM refuses to delete an attached policy too, so the role is deleted first.
      this.childOptions({ dependsOn: [...managed] }),
    );
    this.arn = role.arn;
    this.policy = new RolePolicy(
      this.childName("policy"),
      { name: args.policyName, role: role.name, policy: text(args.policy) },
      this.childOptions(),
    );
    const alone = this.childOptions({ dependsOn: this.policy, deletedWith: role });
    new RolePoliciesExclusive(
      this.childName("policies"),
      { roleName: role.name, policyNames: [args.policyName] },
      alone,
    );
    new RolePolicyAttachmentsExclusive(
      this.childName("attachments"),
      { roleName: role.name, policyArns: managed.map(({ arn }) => arn) },
      alone,
    );
    this.registerOutputs({ arn: this.arn });
  }
}
