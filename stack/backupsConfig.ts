import type { StackConfig } from "../config";

/** The areas of the configuration that the AWS part of a stack reads. */
export type BackupsConfig = Pick<StackConfig, "project" | "backup" | "alerts" | "monitoring">;
