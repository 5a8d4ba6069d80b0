import path from "node:path";
import { declareAccount } from "../bootstrap/account";
import { parseSettings } from "../bootstrap/settings";
import { readStackFile } from "../config/stackFile";
import { checkoutRoot } from "../foundation/checkout";
import { resourcesOn } from "./mockedAws";
import type { StackResource } from "./resource";

/** The audit's name for the project in bootstrap/, regardless of the account. */
export const accountSetUp = "bootstrap";

/** Name of its Pulumi project. */
export const accountProject = "thorbis-bootstrap";

/** Returns the AWS resources that `bootstrap/` declares for the committed settings of an account. */
export async function declaredAccount(): Promise<readonly StackResource[]> {
  const root = checkoutRoot();
  const { stack, values } = readStackFile(path.join(root, "bootstrap", "Pulumi.account.yaml"));
  const committed = JSON.parse(values[`${accountProject}:settings`] ?? "{}") as object;
  // The committed file has no ids: the user who copies it adds them.
  const settings = { ...committed, repositoryIds: { owner: 1, repository: 1 } };
  return await resourcesOn({ project: accountProject, stack }, () =>
    declareAccount(parseSettings(settings, stack, root)),
  );
}
