import * as z from "zod";
import type { Issue } from "../issues";
import type { RuleContext } from "./rule";

/** The provider's own key: the AWS accounts to which credentials may belong. */
export const allowedAccountsKey = "aws:allowedAccountIds";

const accountIds = z.array(z.string().regex(/^\d{12}$/)).min(1);

/** Returns the command that sets the account of a stack. */
export const setAccountCommand = (stack: string, account = "<account id>") =>
  `pulumi config set --stack ${stack} --type string --path '${allowedAccountsKey}[0]' '${account}'`;

/**
 * Requires a production stack to name its AWS account, so credentials of another account are refused before anything is
 * created there. Other environments may omit it. If it is set, it must be a list of account ids in every environment.
 */
export function allowedAccountIssues(
  { stack, config }: RuleContext,
  values: Readonly<Record<string, string>>,
): Issue[] {
  const text = Object.hasOwn(values, allowedAccountsKey) ? values[allowedAccountsKey] : undefined;
  const command = setAccountCommand(stack);
  if (text === undefined) {
    if (config.project?.environment !== "production") return [];
    const message = "is missing: production names the AWS account that it is deployed to";
    return [{ key: allowedAccountsKey, message, command }];
  }
  if (accountIds.safeParse(decode(text)).success) return [];
  const message = "must be a list of AWS account ids with 12 digits each, in quotes";
  return [
    {
      key: allowedAccountsKey,
      message,
      command: `pulumi config rm --stack ${stack} ${allowedAccountsKey} && ${command}`,
    },
  ];
}

/** Returns the accounts that a stack names; none if the value is missing or not a list. */
export function allowedAccounts(values: Readonly<Record<string, string>>): readonly string[] {
  const parsed = accountIds.safeParse(decode(values[allowedAccountsKey] ?? ""));
  return parsed.data ?? [];
}

function decode(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
