import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { UserError } from "../../foundation/userError";
import type { Calls } from "./calls";
import type { EngineLog } from "./engine";
import { pluginMethods } from "./pluginMethods";
import type { Provider } from "./provider";
import { resourceMethods } from "./resourceMethods";

/** Implements the engine's ResourceProvider service with `provider`. */
export function providerService(
  provider: Provider,
  calls: Calls,
  log: EngineLog,
): UntypedServiceImplementation {
  const service: Partial<IResourceProviderServer> = {
    ...pluginMethods(provider, calls, log),
    ...resourceMethods(provider, calls),

    // Not registered in `calls`, because it would wait for itself.
    cancel: (_call, callback) => {
      void calls.abort(new UserError("The operation was cancelled."), 0);
      callback(null, new Empty());
    },
  };
  return service as UntypedServiceImplementation;
}
