import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { UserError } from "../../foundation/userError";
import { type Calls, resourceSubject } from "./calls";
import { fromStruct, toStruct } from "./marshal";
import { checkRequest, checkResponse, diffRequest, diffResponse, failures, nameOf, typeOf } from "./messages";
import type { Provider } from "./provider";

/** Returns the methods about resources and functions. */
export function resourceMethods(provider: Provider, calls: Calls): Partial<IResourceProviderServer> {
  return {
    check: calls.handler(resourceSubject("checking"), async (request, context) =>
      checkResponse(await provider.check(checkRequest(request), context)),
    ),

    diff: calls.handler(resourceSubject("comparing"), async (request, context) =>
      diffResponse(await provider.diff(diffRequest(request), context)),
    ),

    create: calls.handler(resourceSubject("creating"), async (request, context) => {
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

    read: calls.handler(resourceSubject("reading"), async (request, context) => {
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

    update: calls.handler(resourceSubject("updating"), async (request, context) => {
      const updated = await provider.update(
        {
          ...diffRequest(request),
          preview: request.getPreview(),
          timeoutSeconds: request.getTimeout(),
        },
        context,
      );
      return new rpc.UpdateResponse().setProperties(toStruct(updated.outputs));
    }),

    delete: calls.handler(resourceSubject("deleting"), async (request, context) => {
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
  };
}
