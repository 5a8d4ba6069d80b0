import type { StackConfig } from "../config";

/** The areas of the configuration that the AWS part of a stack reads. */
export type BackupsConfig = Pick<StackConfig, "project" | "backup" | "alerts" | "monitoring">;

/** Returns whether the backups are encrypted with a key of the stack's own. */
export const usesOwnKey = ({ project, backup }: Pick<BackupsConfig, "project" | "backup">): boolean =>
  backup.ownKey ?? project.environment === "production";
