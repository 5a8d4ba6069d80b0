/** A process, distinguishable from a later one with the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The start time as the system reports it, for equality checks only. */
  readonly startTime: string;
}
export function identifyProcess(pid: number): ProcessIdentity | undefined;
export function isSameProcess(identity: ProcessIdentity): boolean;
