import { GetAccountAuthorizationDetailsCommand, type RoleDetail } from "@aws-sdk/client-iam";
import { inBatches } from "../batch";

/** Reads the policies of a role by its name. IAM has no request for some roles, so this reads those of the account. */
export const roleDetails = inBatches<RoleDetail>(async (aws, names, options) => {
  const found = new Map<string, RoleDetail>();
  let Marker: string | undefined;
  do {
    const page = await aws
      .use("iam")
      .send(new GetAccountAuthorizationDetailsCommand({ Filter: ["Role"], Marker }), options);
    for (const role of page.RoleDetailList ?? []) {
      if (names.includes(role.RoleName ?? "")) found.set(role.RoleName ?? "", role);
    }
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
  return found;
});
