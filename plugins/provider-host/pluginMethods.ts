import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { UserError } from "../../foundation/userError";
import { type Calls, callSubject, resourceSubject, unimplemented } from "./calls";
import { decodeConfig } from "./config";
import { detailedDiff, differences } from "./diff";
import type { EngineLog } from "./engine";
import { fromStruct } from "./marshal";
import { checkRequest, checkResponse, diffRequest, diffResponse } from "./messages";
import type { Provider } from "./provider";

/** Returns the methods about the plugin as a whole: its connection with the engine, its schema and its configuration. */
export function pluginMethods(
  provider: Provider,
  calls: Calls,
  log: EngineLog,
): Partial<IResourceProviderServer> {
  return {
    handshake: calls.handler(callSubject("performing the handshake"), (request) => {
      log.connect(request.getEngineAddress());
      return new rpc.ProviderHandshakeResponse()
        .setAcceptSecrets(true)
        .setAcceptResources(false)
        .setAcceptOutputs(false)
        .setSupportsAutonamingConfiguration(true);
    }),

    attach: calls.handler(callSubject("attaching"), (request) => {
      log.connect(request.getAddress());
      return new Empty();
    }),

    getPluginInfo: calls.handler(callSubject("returning the version"), () =>
      new PluginInfo().setVersion(provider.version),
    ),

    getSchema: calls.handler(callSubject("returning the schema"), () =>
      new rpc.GetSchemaResponse().setSchema(
        provider.schema ?? JSON.stringify({ name: provider.name, version: provider.version }),
      ),
    ),

    parameterize:
      provider.parameterize === undefined
        ? unimplemented(`${provider.name} does not support parameterization`)
        : calls.handler(callSubject("parameterizing"), async (request) => {
            const value = request.getValue();
            if (value === undefined) {
              throw new UserError(
                `${provider.name} takes its parameters from a package.json, not from a command line.`,
              );
            }
            const answer = await provider.parameterize?.({
              name: value.getName(),
              version: value.getVersion(),
              value: value.getValue_asU8(),
            });
            return new rpc.ParameterizeResponse()
              .setName(answer?.name ?? value.getName())
              .setVersion(answer?.version ?? value.getVersion());
          }),

    checkConfig: calls.handler(resourceSubject("checking the configuration of"), async (request, context) =>
      checkResponse(
        provider.checkConfig === undefined
          ? { inputs: fromStruct(request.getNews()) }
          : await provider.checkConfig(checkRequest(request), context),
      ),
    ),

    diffConfig: calls.handler(resourceSubject("comparing the configuration of"), async (request, context) => {
      const asked = diffRequest(request);
      if (provider.diffConfig !== undefined) return diffResponse(await provider.diffConfig(asked, context));
      // A changed configuration only changes how the same resources are reached, so none is replaced.
      const found = differences(asked.oldInputs, asked.inputs);
      const detailed = detailedDiff(found, { inputDiff: true });
      return diffResponse({ changes: found.length > 0, detailed });
    }),

    configure: calls.handler(callSubject(`configuring ${provider.name}`), async (request, context) => {
      await provider.configure?.(decodeConfig(request, provider.configTypes ?? {}), context);
      return new rpc.ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(false)
        .setAcceptoutputs(false)
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    }),
  };
}
