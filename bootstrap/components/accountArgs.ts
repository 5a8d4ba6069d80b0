import type { AwsAccount } from "../../components/awsAccount";

/** The arguments of every component of an account's setup. */
export interface AccountArgs {
  readonly account: AwsAccount;
  /** Tags of all resources that support tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** Refuses `pulumi destroy`, and keeps resources with data if they leave the program. */
  readonly deletionProtection: boolean;
}
