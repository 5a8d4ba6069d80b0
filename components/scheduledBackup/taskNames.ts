import type { ScheduledBackupArgs } from "./scheduledBackupArgs";
import type { Task } from "./tasks";

/** Returns the names of the tasks' security groups. */
export const groupNames = (physicalName: string) => ({
  backup: `${physicalName}-backup`,
  maintenance: `${physicalName}-backup-upkeep`,
});

/** Returns the prefix of the names of a task's resources in the stack. Those of the backup itself have none. */
export const prefixOf = ({ name }: Task): string => (name === "backup" ? "" : `${name}-`);

const suffixOf = ({ name }: Task): string => (name === "backup" ? "" : `-${name}`);

/** Returns the family of a task's definitions. */
export const familyOf = (task: Task, { physicalName }: ScheduledBackupArgs): string =>
  `${physicalName}-backup${suffixOf(task)}`;

/** Returns the name of the schedule that starts a task. */
export const scheduleNameOf = (task: Task, args: ScheduledBackupArgs): string => familyOf(task, args);
