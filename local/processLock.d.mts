export interface Holder {
  readonly pid: number;
  /** The purpose for which the process holds the lock. */
  readonly purpose: string;
  /** False for a process of another container until it touches its file, which takes at most two seconds. */
  readonly isKnownToLive: boolean;
}
type Watch = (file: string) => "live" | "stale" | "unknown";
export interface Lock {
  /**
   * Adds a holder: the lock then lasts until both processes have ended. Only this process touches the file of the other one.
   * So if this process is killed, processes in other containers respect the other one for ten more seconds only.
   */
  share(pid: number): void;
  /** Releases the lock for all of its holders. */
  release(): void;
}
/** The start time of this process cannot be read. The message is one sentence for the user. */
export class IdentityError extends Error {}
export function watchFiles(): Watch;
export function takeLock(
  folder: string,
  purpose: string,
  watch?: Watch,
): { readonly lock: Lock } | { readonly holder: Holder };
export function withLock<T>(
  folder: string,
  run: (lock: Lock) => Promise<T>,
  options?: {
    readonly purpose?: string;
    readonly onHeld?: (holder: Holder, attempt: number) => void;
  },
): Promise<T>;
