/** A process that cannot be confused with a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the system tells it: compared for equality only. */
  readonly startTime: string;
}
export function identifyProcess(pid: number): ProcessIdentity | undefined;
export function isSameProcess(identity: ProcessIdentity): boolean;
