export interface Holder {
  readonly pid: number;
  /** What the process holds the lock for. */
  readonly purpose: string;
}
export interface Lock {
  /** Makes another process a holder: the lock then ends with the later of the two. */
  share(pid: number): void;
  /** Gives the lock back, for all of its holders. */
  release(): void;
}
export function takeLock(
  folder: string,
  purpose: string,
): { readonly lock: Lock } | { readonly holder: Holder };
