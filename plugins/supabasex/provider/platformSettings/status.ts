/** The status of a project that is up or coming up. */
export const active = "ACTIVE_HEALTHY";

/** The status of a project that no longer exists. */
export const removed = "REMOVED";

export function isPaused(status: string): boolean {
  return status === "INACTIVE" || status === "PAUSING";
}

/**
 * Returns what is wrong with a project that is not active, and the command that fixes it. The commands do not refresh the rest
 * of the stack, because the database cannot be read yet.
 */
export function inactivityAdvice(ref: string, status: string, urn: string): string {
  const [head = "", , , ...name] = urn.split("::");
  const up = `pulumi up --stack ${head.slice(head.lastIndexOf(":") + 1)}`;
  if (isPaused(status)) {
    return `Project ${ref} is paused (its status is ${status}), and nothing in its database can be read: \`${up} --target '**::${name.join("::")}'\` restores it.`;
  }
  if (status === removed) {
    return `Project ${ref} does not exist any more: \`${up} --refresh=false --replace '**/project:Project::*'\` creates a new one with everything but the data; restore that from the newest backup.`;
  }
  return `Project ${ref} is not active (its status is ${status}), and only Supabase can repair it: open its page in the dashboard or contact support, then run \`${up}\`.`;
}
