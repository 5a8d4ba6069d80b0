import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../../components/component";
import { policyDocument } from "../../components/policyDocument";
import { partitionOf } from "../../config/aws/partition";
import type { AccountArgs } from "./accountArgs";

export interface ProtectedKeyArgs extends AccountArgs {
  /** Name of the key, without `alias/`. */
  readonly alias: string;
  /** What the key encrypts, as the end of a sentence. */
  readonly purpose: string;
}

/** A KMS key with a name, rotated every year. The account's IAM policies decide who uses it. */
export class ProtectedKey extends Component {
  readonly key: Key;
  /** `alias/<name>` */
  readonly aliasName: pulumi.Output<string>;

  constructor(name: string, args: ProtectedKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ProtectedKey", name, opts);
    const keep = { protect: args.deletionProtection, retainOnDelete: args.deletionProtection };
    this.key = new Key(
      this.childName("key"),
      {
        description: `Encrypts ${args.purpose}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags: args.tags,
        policy: pulumi.all([args.account.accountId, args.account.region]).apply(([accountId, region]) =>
          JSON.stringify(
            policyDocument({
              Sid: "AccountDecides",
              Effect: "Allow",
              Principal: { AWS: `arn:${partitionOf(region)}:iam::${accountId}:root` },
              Action: "kms:*",
              Resource: "*",
            }),
          ),
        ),
      },
      this.childOptions(keep),
    );
    this.aliasName = new Alias(
      this.childName("alias"),
      { name: `alias/${args.alias}`, targetKeyId: this.key.keyId },
      this.childOptions(),
    ).name;
    this.registerOutputs({ aliasName: this.aliasName });
  }
}
