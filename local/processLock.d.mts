export interface Holder {
  readonly pid: number;
  /** What the process holds the lock for. */
  readonly purpose: string;
}
export interface Lock {
  /** Adds a holder: the lock then lasts until both processes have ended. */
  share(pid: number): void;
  /** Releases the lock for all of its holders. */
  release(): void;
}
export function takeLock(
  folder: string,
  purpose: string,
): { readonly lock: Lock } | { readonly holder: Holder };
export function withLock<T>(
  folder: string,
  run: (lock: Lock) => Promise<T>,
  options?: {
    readonly purpose?: string;
    readonly onHeld?: (holder: Holder, attempt: number) => void;
  },
): Promise<T>;
