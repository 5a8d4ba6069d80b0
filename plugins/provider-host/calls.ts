import { setMaxListeners } from "node:events";
import { type handleUnaryCall, status } from "@grpc/grpc-js";
import { UserError } from "../../foundation/userError";
import type { EngineLog } from "./engine";
import { toServiceError } from "./errors";
import type { CallContext } from "./provider";

/** Describes a call, for its log lines, errors and time limit. */
export interface CallSubject {
  /** Such as `creating`. */
  readonly action: string;
  readonly urn?: string;
  /** The function's token, if there is no URN. */
  readonly token?: string;
  readonly timeoutSeconds?: number;
}

/** The running calls. Each has a signal that is aborted when the engine no longer needs the result. */
export class Calls {
  readonly #running = new Map<AbortController, Promise<void>>();

  constructor(private readonly log: EngineLog) {}

  /** Aborts every call and resolves when all have ended, or after `withinMilliseconds`. */
  async abort(reason: UserError, withinMilliseconds: number): Promise<void> {
    for (const controller of this.#running.keys()) controller.abort(reason);
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMilliseconds);
    });
    await Promise.race([Promise.allSettled(this.#running.values()), limit]);
    clearTimeout(timer);
  }

  /** Returns a gRPC handler that runs `handle` with a call context and converts its errors for the engine. */
  handler<Request, Response>(
    describe: (request: Request) => CallSubject,
    handle: (request: Request, context: CallContext) => Promise<Response> | Response,
  ): handleUnaryCall<Request, Response> {
    return (call, callback) => {
      const { action, urn = "", token = "", timeoutSeconds = 0 } = describe(call.request);
      const controller = new AbortController();
      // A call may send any number of requests at once, and each listens.
      setMaxListeners(0, controller.signal);
      call.on("cancelled", () => controller.abort(new UserError("The engine cancelled the operation.")));
      const timer = timeoutSeconds > 0 ? this.#limit(controller, action, timeoutSeconds) : undefined;
      const context: CallContext = {
        signal: controller.signal,
        log: (...line) => this.log.write(urn, ...line),
      };
      const run = async () => {
        try {
          const response = await handle(call.request, context);
          await this.log.flush();
          callback(null, response);
        } catch (error) {
          const failed = { action, subject: describeSubject(urn) || token, signal: controller.signal };
          const mapped = toServiceError(error, failed, (text) => process.stderr.write(`${text}\n`));
          await this.log.flush();
          callback(mapped);
        }
      };
      const running = run().finally(() => {
        clearTimeout(timer);
        this.#running.delete(controller);
      });
      this.#running.set(controller, running);
    };
  }

  #limit(controller: AbortController, action: string, seconds: number): NodeJS.Timeout {
    const text = `Still ${action} after ${seconds} s, the limit set by this resource's customTimeouts: raise it, or find out what it waits for.`;
    return setTimeout(() => controller.abort(new UserError(text)), Math.min(seconds * 1000, 2 ** 31 - 1));
  }
}

/** Returns a function that describes a call which is about no resource. */
export const callSubject = (action: string) => (): CallSubject => ({ action });

/** Returns a function that describes a call about a resource. */
export const resourceSubject =
  (action: string) =>
  <Request extends { getUrn(): string; getTimeout?(): number }>(request: Request): CallSubject => ({
    action,
    urn: request.getUrn(),
    timeoutSeconds: request.getTimeout?.() ?? 0,
  });

/** Returns the handler of a call that this host does not support. */
export function unimplemented(what: string): handleUnaryCall<unknown, never> {
  return (_call, callback) => callback({ code: status.UNIMPLEMENTED, details: what });
}

/** Returns `Role "app_owner"` for `urn:pulumi:local::project::postgresql:index/role:Role::app_owner`. */
function describeSubject(urn: string): string {
  const [type, name] = urn.split("::").slice(-2);
  if (type === undefined || name === undefined) return urn;
  return `${type.slice(type.lastIndexOf(":") + 1)} "${name}"`;
}
