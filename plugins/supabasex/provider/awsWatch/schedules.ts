import type { ScheduleSummary } from "@aws-sdk/client-scheduler";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import type { DeclaredInAws } from "./declared";
import { isAmong, ownArns } from "./ownArns";
import { sharedAnswer } from "./sharedAnswers";

type Aws = Pick<AwsClients, "scheduler">;

/** With 100 schedules each. An application may have a schedule for each of its customers. */
const maxPages = 10;

/** Returns the schedules in the stack's group that it did not declare. */
export async function schedulesInGroup(
  aws: Aws,
  { scheduleGroup, schedules }: DeclaredInAws,
  signal: AbortSignal,
): Promise<Entries> {
  const ofAccount = await schedulesOfAccount(aws, signal);
  const found = ofAccount ?? (await list(aws, { group: scheduleGroup, pages: Infinity }, signal)) ?? [];
  return entriesOf(
    found.filter(
      ({ GroupName = scheduleGroup, Name = "" }) => GroupName === scheduleGroup && !schedules.includes(Name),
    ),
    scheduleGroup,
  );
}

/** Returns the schedules in other groups whose target belongs to the stack; undefined if the account has too many schedules. */
export async function schedulesInOtherGroups(
  aws: Aws,
  declared: DeclaredInAws,
  signal: AbortSignal,
): Promise<Entries | undefined> {
  const targets = ownArns(declared);
  const found = await schedulesOfAccount(aws, signal);
  if (found === undefined) return undefined;
  return entriesOf(
    found.filter(
      ({ GroupName, Target }) =>
        GroupName !== declared.scheduleGroup && isAmong(targets, String(Target?.Arn)),
    ),
  );
}

/** Returns a sentence about the schedules that are not compared because the account has too many. */
export function tooManySchedules({ scheduleGroup }: DeclaredInAws): string {
  return `The account has more than ${maxPages * 100} schedules, so schedules outside of the group ${scheduleGroup} that start the stack's tasks are not compared.`;
}

/** Returns all schedules of the account; undefined if there are too many. */
async function schedulesOfAccount(aws: Aws, signal: AbortSignal): Promise<ScheduleSummary[] | undefined> {
  return await sharedAnswer(aws, "schedules", () => list(aws, { pages: maxPages }, signal));
}

/** Returns the schedules of a group or of the account; undefined if they have more pages. */
async function list(
  { scheduler }: Aws,
  { group, pages: limit }: { readonly group?: string; readonly pages: number },
  signal: AbortSignal,
): Promise<ScheduleSummary[] | undefined> {
  const { paginateListSchedules } = await import("./sdk");
  const found: ScheduleSummary[] = [];
  let pages = 0;
  const client = { client: scheduler, pageSize: 100 };
  for await (const page of paginateListSchedules(client, { GroupName: group })) {
    signal.throwIfAborted();
    found.push(...(page.Schedules ?? []));
    pages++;
    if (pages === limit && page.NextToken) return undefined;
  }
  return found;
}

function entriesOf(schedules: readonly ScheduleSummary[], group?: string): Entries {
  return Object.fromEntries(
    schedules.map(({ GroupName = group, Name, State, Target }) => [
      `schedule ${GroupName}/${Name}`,
      `${State}, ${Target?.Arn}`,
    ]),
  );
}
