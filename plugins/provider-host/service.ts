import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { UserError } from "../../foundation/userError";
import { type CallSubject, type Calls, unimplemented } from "./calls";
import { decodeConfig } from "./config";
import { detailedDiff, differences } from "./diff";
import type { EngineLog } from "./engine";
import { fromStruct, toStruct } from "./marshal";
import type * as api from "./provider";
import { containsSecret } from "./values";

const kinds: Record<api.DiffKind, rpc.PropertyDiff.Kind> = {
  add: rpc.PropertyDiff.Kind.ADD,
  "add-replace": rpc.PropertyDiff.Kind.ADD_REPLACE,
  delete: rpc.PropertyDiff.Kind.DELETE,
  "delete-replace": rpc.PropertyDiff.Kind.DELETE_REPLACE,
  update: rpc.PropertyDiff.Kind.UPDATE,
  "update-replace": rpc.PropertyDiff.Kind.UPDATE_REPLACE,
};

const autonamingModes = ["propose", "enforce", "disable"] as const;

/** Implements the engine's ResourceProvider service with `provider`. */
export function providerService(
  provider: api.Provider,
  calls: Calls,
  log: EngineLog,
): UntypedServiceImplementation {
  const quiet = (action: string) => () => ({ action });
  const of =
    (action: string) =>
    <Request extends { getUrn(): string; getTimeout?(): number }>(request: Request): CallSubject => ({
      action,
      urn: request.getUrn(),
      timeoutSeconds: request.getTimeout?.() ?? 0,
    });

  const service: Partial<IResourceProviderServer> = {
    handshake: calls.handler(quiet("performing the handshake"), (request) => {
      log.connect(request.getEngineAddress());
      return new rpc.ProviderHandshakeResponse()
        .setAcceptSecrets(true)
        .setAcceptResources(false)
        .setAcceptOutputs(false)
        .setSupportsAutonamingConfiguration(true);
    }),

    attach: calls.handler(quiet("attaching"), (request) => {
      log.connect(request.getAddress());
      return new Empty();
    }),

    getPluginInfo: calls.handler(quiet("returning the version"), () =>
      new PluginInfo().setVersion(provider.version),
    ),

    getSchema: calls.handler(quiet("returning the schema"), () =>
      new rpc.GetSchemaResponse().setSchema(
        provider.schema ?? JSON.stringify({ name: provider.name, version: provider.version }),
      ),
    ),

    parameterize:
      provider.parameterize === undefined
        ? unimplemented(`${provider.name} does not support parameterization`)
        : calls.handler(quiet("parameterizing"), async (request) => {
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

    checkConfig: calls.handler(of("checking the configuration of"), async (request, context) =>
      checkResponse(
        provider.checkConfig === undefined
          ? { inputs: fromStruct(request.getNews()) }
          : await provider.checkConfig(checkRequest(request), context),
      ),
    ),

    diffConfig: calls.handler(of("comparing the configuration of"), async (request, context) => {
      const asked = diffRequest(request);
      if (provider.diffConfig !== undefined) return diffResponse(await provider.diffConfig(asked, context));
      // A changed configuration only changes how the same resources are reached, so none is replaced.
      const found = differences(asked.oldInputs, asked.inputs);
      const detailed = detailedDiff(found, { inputDiff: true });
      return diffResponse({ changes: found.length > 0, detailed });
    }),

    configure: calls.handler(quiet(`configuring ${provider.name}`), async (request, context) => {
      await provider.configure?.(decodeConfig(request, provider.configTypes ?? {}), context);
      return new rpc.ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(false)
        .setAcceptoutputs(false)
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    }),

    check: calls.handler(of("checking"), async (request, context) =>
      checkResponse(await provider.check(checkRequest(request), context)),
    ),

    diff: calls.handler(of("comparing"), async (request, context) =>
      diffResponse(await provider.diff(diffRequest(request), context)),
    ),

    create: calls.handler(of("creating"), async (request, context) => {
      const created = await provider.create(
        {
          urn: request.getUrn(),
          type: typeOf(request),
          name: nameOf(request),
          inputs: fromStruct(request.getProperties()),
          preview: request.getPreview(),
          timeoutSeconds: request.getTimeout(),
        },
        context,
      );
      return new rpc.CreateResponse().setId(created.id).setProperties(toStruct(created.outputs));
    }),

    read: calls.handler(of("reading"), async (request, context) => {
      const read = await provider.read(
        {
          urn: request.getUrn(),
          type: typeOf(request),
          id: request.getId(),
          inputs: fromStruct(request.getInputs()),
          outputs: fromStruct(request.getProperties()),
        },
        context,
      );
      // An empty id tells the engine that the resource no longer exists.
      if (read === undefined) return new rpc.ReadResponse();
      return new rpc.ReadResponse()
        .setId(read.id)
        .setInputs(toStruct(read.inputs))
        .setProperties(toStruct(read.outputs));
    }),

    update: calls.handler(of("updating"), async (request, context) => {
      const updated = await provider.update(
        {
          urn: request.getUrn(),
          type: typeOf(request),
          id: request.getId(),
          oldInputs: fromStruct(request.getOldInputs()),
          oldOutputs: fromStruct(request.getOlds()),
          inputs: fromStruct(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
          preview: request.getPreview(),
          timeoutSeconds: request.getTimeout(),
        },
        context,
      );
      return new rpc.UpdateResponse().setProperties(toStruct(updated.outputs));
    }),

    delete: calls.handler(of("deleting"), async (request, context) => {
      await provider.delete(
        {
          urn: request.getUrn(),
          type: typeOf(request),
          id: request.getId(),
          inputs: fromStruct(request.getOldInputs()),
          outputs: fromStruct(request.getProperties()),
          timeoutSeconds: request.getTimeout(),
        },
        context,
      );
      return new Empty();
    }),

    invoke: calls.handler(
      (request) => ({ action: "calling", token: request.getTok() }),
      async (request, context) => {
        if (provider.invoke === undefined) {
          throw new UserError(`${provider.name} has no functions, so ${request.getTok()} cannot be called.`);
        }
        const answer = await provider.invoke(
          {
            token: request.getTok(),
            args: fromStruct(request.getArgs()),
            preview: request.getPreview(),
          },
          context,
        );
        return new rpc.InvokeResponse()
          .setReturn(toStruct(answer.result))
          .setFailuresList(failures(answer.failures));
      },
    ),

    // Not registered in `calls`, because it would wait for itself.
    cancel: (_call, callback) => {
      void calls.abort(new UserError("The operation was cancelled."), 0);
      callback(null, new Empty());
    },
  };
  return service as UntypedServiceImplementation;
}

/**
 * Returns the type of a request's resource. Engines before 3.143 send only the URN, which ends with `::<parent types and
 * type>::<name>`.
 */
function typeOf(request: { getType(): string; getUrn(): string }): string {
  return request.getType() || (request.getUrn().split("::")[2]?.split("$").at(-1) ?? "");
}

function nameOf(request: { getName(): string; getUrn(): string }): string {
  return request.getName() || request.getUrn().split("::").slice(3).join("::");
}

function checkRequest(request: rpc.CheckRequest): api.CheckRequest {
  const autonaming = request.getAutonaming();
  return {
    urn: request.getUrn(),
    type: typeOf(request),
    name: nameOf(request),
    oldInputs: fromStruct(request.getOlds()),
    inputs: fromStruct(request.getNews()),
    randomSeed: request.getRandomseed_asU8(),
    ...(autonaming !== undefined && {
      autonaming: {
        proposedName: autonaming.getProposedName(),
        mode: autonamingModes[autonaming.getMode()] ?? "propose",
      },
    }),
  };
}

function checkResponse(answer: api.CheckResponse): rpc.CheckResponse {
  // The engine prints the property's value beside the reason, even a secret one. So secret properties are not named.
  const shown = (answer.failures ?? []).map(({ property, reason }) =>
    containsSecret(answer.inputs[topLevel(property)] ?? null)
      ? { property: "", reason: `${property} ${reason}` }
      : { property, reason },
  );
  return new rpc.CheckResponse().setInputs(toStruct(answer.inputs)).setFailuresList(failures(shown));
}

function failures(list: readonly api.CheckFailure[] = []): rpc.CheckFailure[] {
  return list.map(({ property, reason }) => new rpc.CheckFailure().setProperty(property).setReason(reason));
}

/** Returns `files` for `files["a.sql"].kind`. */
function topLevel(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

function diffRequest(request: rpc.DiffRequest): api.DiffRequest {
  return {
    urn: request.getUrn(),
    type: typeOf(request),
    id: request.getId(),
    oldInputs: fromStruct(request.getOldInputs()),
    oldOutputs: fromStruct(request.getOlds()),
    inputs: fromStruct(request.getNews()),
    ignoreChanges: request.getIgnorechangesList(),
  };
}

function diffResponse(answer: api.DiffResponse): rpc.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = rpc.DiffResponse.DiffChanges;
  const response = new rpc.DiffResponse()
    .setChanges(answer.changes ? DIFF_SOME : DIFF_NONE)
    .setDeletebeforereplace(answer.deleteBeforeReplace === true);
  const detailed = Object.entries(answer.detailed ?? {});
  response.setHasdetaileddiff(answer.detailed !== undefined);
  for (const [path, diff] of detailed) {
    const property = new rpc.PropertyDiff().setKind(kinds[diff.kind]).setInputdiff(diff.inputDiff);
    response.getDetaileddiffMap().set(path, property);
  }
  // `replaces` decides about replacement. The kinds in the detailed diff only affect the display.
  const replacing = detailed.filter(([, diff]) => diff.kind.endsWith("-replace")).map(([path]) => path);
  response.setReplacesList([...new Set([...(answer.replaces ?? []), ...replacing])]);
  response.setDiffsList([...new Set(detailed.map(([path]) => topLevel(path)))]);
  return response;
}
