import DataLoader from "dataloader";
import type { Aws } from "./client";

type Load<Value> = (
  aws: Aws,
  keys: readonly string[],
  options: { readonly abortSignal: AbortSignal },
) => Promise<ReadonlyMap<string, Value>>;

/** Milliseconds in which the engine sends several of the reads that it runs in parallel. */
const windowMilliseconds = 5;
/** The lowest limit of names per request of the services that are read like this. */
const maxKeys = 100;

/**
 * Returns a function that reads one thing by its key; undefined if it does not exist. Reads that start within a few
 * milliseconds, or while another request is running, share the next request: during a refresh the engine reads many
 * resources of a type in parallel. The request is sent after the calls, so that each sees what was written before it.
 *
 * @param load reads several things at once
 */
export function inBatches<Value>(load: Load<Value>) {
  const loaders = new WeakMap<Aws, DataLoader<Call, Value | undefined>>();
  const loaderOf = (aws: Aws) => {
    let loader = loaders.get(aws);
    if (loader === undefined) {
      let running: Promise<unknown> = Promise.resolve();
      loader = new DataLoader<Call, Value | undefined>(
        async (calls) => {
          const keys = [...new Set(calls.map(({ key }) => key))];
          const all = allOf(new Set(calls.map(({ signal }) => signal)));
          const loading = load(aws, keys, { abortSignal: all.signal }).finally(all.release);
          running = loading.catch(() => undefined);
          const found = await loading;
          return calls.map(({ key }) => found.get(key));
        },
        {
          cache: false,
          maxBatchSize: maxKeys,
          batchScheduleFn: (send) => void running.then(() => setTimeout(send, windowMilliseconds)),
        },
      );
      loaders.set(aws, loader);
    }
    return loader;
  };
  return async (aws: Aws, key: string, signal: AbortSignal): Promise<Value | undefined> => {
    const value = await loaderOf(aws).load({ key, signal });
    signal.throwIfAborted();
    return value;
  };
}

/** Returns a signal that is aborted once all of these are: until then, a call waits for the result. `release` stops listening. */
function allOf(signals: ReadonlySet<AbortSignal>): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abortWithLast = () => {
    const [first] = signals;
    if ([...signals].every(({ aborted }) => aborted)) controller.abort(first?.reason);
  };
  for (const signal of signals) signal.addEventListener("abort", abortWithLast, { once: true });
  abortWithLast();
  return {
    signal: controller.signal,
    release() {
      for (const signal of signals) signal.removeEventListener("abort", abortWithLast);
    },
  };
}

interface Call {
  readonly key: string;
  readonly signal: AbortSignal;
}
