import type { AwsAccount } from "../../components/awsAccount";

/** What every component of an account's set-up is given. */
export interface AccountArgs {
  readonly account: AwsAccount;
  /** Tags of everything that can carry any. */
  readonly tags: Readonly<Record<string, string>>;
  /** Refuses `pulumi destroy`, and keeps what holds data if it leaves the program. */
  readonly deletionProtection: boolean;
}
