import type { Task } from "@aws-sdk/client-ecs";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";

/** The largest number of tasks in one describe request. */
const tasksPerRequest = 100;

/**
 * Returns the running tasks that the stack's schedules cannot have started: of another family, with other roles, with overridden
 * containers, or open for `execute-command`. A manual start of the stack's own definition is an ordinary backup. Tasks that have ended are
 * not state.
 */
export async function tasksInCluster(
  { ecs }: Pick<AwsClients, "ecs">,
  { cluster, familyPrefix }: { readonly cluster: string; readonly familyPrefix: string },
  signal: AbortSignal,
): Promise<Entries> {
  const { DescribeTasksCommand, paginateListTasks } = await import("./sdk");
  const found: [string, string][] = [];
  const pages = paginateListTasks(
    { client: ecs, pageSize: tasksPerRequest },
    { cluster, desiredStatus: "RUNNING" },
  );
  for await (const { taskArns = [] } of pages) {
    signal.throwIfAborted();
    if (taskArns.length === 0) continue;
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }), {
      abortSignal: signal,
    });
    for (const task of tasks) {
      const unusual = unusualIn(task, familyPrefix);
      if (unusual.length === 0) continue;
      // Not the id: a task that was accepted may run again.
      found.push([`cluster task ${[familyOf(task), ...unusual].join(", ")}`, "running"]);
    }
  }
  return Object.fromEntries(found);
}

/** Returns the name of a task's definition without its revision. */
function familyOf({ taskDefinitionArn = "" }: Task): string {
  return taskDefinitionArn.split("/").at(-1)?.split(":")[0] ?? "";
}

/** Returns what a schedule of the stack cannot have set. Names of overridden variables are shown, their values may be secret. */
function unusualIn(task: Task, familyPrefix: string): string[] {
  const { enableExecuteCommand, overrides } = task;
  const family = familyOf(task);
  const isOwn = family === familyPrefix || family.startsWith(`${familyPrefix}-`);
  const containers = (overrides?.containerOverrides ?? []).flatMap(
    ({ name, command = [], environment = [] }) => [
      ...(command.length > 0 ? [`another command in ${name}`] : []),
      ...(environment.length > 0
        ? [`other variables in ${name}: ${environment.map((variable) => variable.name).join(", ")}`]
        : []),
    ],
  );
  return [
    ...(isOwn ? [] : ["another definition"]),
    ...(enableExecuteCommand ? ["open for execute-command"] : []),
    ...(overrides?.taskRoleArn ? [`role ${overrides.taskRoleArn}`] : []),
    ...(overrides?.executionRoleArn ? [`execution role ${overrides.executionRoleArn}`] : []),
    ...containers,
  ];
}
