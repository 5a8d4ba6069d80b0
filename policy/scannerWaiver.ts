import type { Waiver } from "./waivers";

/** Findings of the scanners (`npm run audit`) that are accepted until a date. */
export interface ScannerWaiver extends Omit<Waiver, "rule" | "resource"> {
  /** The scanners' ids: each is waived for each of the resources. */
  readonly rules: readonly string[];
  /** Logical names of the resources. */
  readonly resources: readonly string[];
  /** Environments; `bootstrap` is the set-up of an account. */
  readonly stacks: readonly ("dev" | "prod" | "bootstrap")[];
}

/** Owner and last day of our waivers. */
export const platform = { owner: "platform@thorbis.com", until: "2027-11-30" } as const;

/** cdk-nag's id of an asterisk in the resources of a policy. */
export const wildcard = (resource: string) => `AwsSolutions-IAM5[Resource::${resource}]`;
