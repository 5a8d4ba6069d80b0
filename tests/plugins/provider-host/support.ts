import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { UserError } from "../../../foundation/userError";
import type { Provider } from "../../../plugins/provider-host/provider";
import { startServer } from "../../../plugins/provider-host/serve";

/** Returns a provider of one resource type that returns its inputs; tests override the operations that they check. */
export function fakeProvider(overrides: Partial<Provider> = {}): Provider {
  return {
    name: "fake",
    version: "1.2.3",
    check: async ({ inputs }) => ({ inputs }),
    diff: async () => ({ changes: false }),
    create: async ({ inputs }) => ({ id: "id-1", outputs: inputs }),
    read: async ({ id, inputs, outputs }) => ({ id, inputs, outputs }),
    update: async ({ inputs }) => ({ outputs: inputs }),
    delete: async () => {},
    ...overrides,
  };
}

/** Connects a gRPC client to a server for the provider, as the engine would be. */
export async function connect(provider: Provider) {
  const server = await startServer(provider);
  const client = new ResourceProviderClient(`127.0.0.1:${server.port}`, credentials.createInsecure(), {
    "grpc-node.max_session_memory": 100,
  });
  return {
    client,
    server,
    async close() {
      client.close();
      await server.stop(new UserError("The test has ended."));
    },
  };
}

/** Returns the response to a call: `answer<CreateResponse>((done) => client.create(request, done))`. */
export function answer<Response>(
  start: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    start((error, response) => (error === null ? resolve(response) : reject(error)));
  });
}
