import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import type { DeclaredInAws } from "./declared";
import { ownArns } from "./ownArns";

/** With 100 schedules each. An application may have a schedule for each of its customers. */
const maxPages = 10;

/**
 * Returns the schedules in the stack's group that it did not declare, and those in other groups whose target belongs to the stack. One list
 * of the account answers both, unless the account has very many schedules: then only the group is listed.
 */
export async function schedulesOf(
  { scheduler }: Pick<AwsClients, "scheduler">,
  declared: DeclaredInAws,
  {
    signal,
    notice,
  }: { readonly signal: AbortSignal; readonly notice?: ((sentence: string) => void) | undefined },
): Promise<Entries> {
  const { paginateListSchedules } = await import("./sdk");
  const { scheduleGroup, schedules } = declared;
  const targets = ownArns(declared);
  const read = async (GroupName: string | undefined): Promise<Entries | undefined> => {
    const found: [string, string][] = [];
    let pages = 0;
    const client = { client: scheduler, pageSize: 100 };
    for await (const page of paginateListSchedules(client, { GroupName })) {
      signal.throwIfAborted();
      for (const { GroupName: group, Name = "", State, Target } of page.Schedules ?? []) {
        const isOwnGroup = (GroupName ?? group) === scheduleGroup;
        if (isOwnGroup ? schedules.includes(Name) : !targets.includes(Target?.Arn ?? "")) continue;
        found.push([`schedule ${GroupName ?? group}/${Name}`, `${State}, ${Target?.Arn}`]);
      }
      pages++;
      if (GroupName === undefined && pages === maxPages && page.NextToken) return undefined;
    }
    return Object.fromEntries(found);
  };
  const ofAccount = await read(undefined);
  if (ofAccount !== undefined) return ofAccount;
  notice?.(
    `The account has more than ${maxPages * 100} schedules, so schedules outside of the group ${scheduleGroup} that start the stack's tasks are not compared.`,
  );
  return (await read(scheduleGroup)) ?? {};
}
