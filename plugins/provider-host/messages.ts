import * as rpc from "@pulumi/pulumi/proto/provider_pb";
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

/** Returns the type of the resource. Engines before 3.143 send only the URN, which ends with `::<parent types and type>::<name>`. */
export function typeOf(request: { getType(): string; getUrn(): string }): string {
  return request.getType() || (request.getUrn().split("::")[2]?.split("$").at(-1) ?? "");
}

/** Returns the name of the resource; engines before 3.143 send only the URN. */
export function nameOf(request: { getName(): string; getUrn(): string }): string {
  return request.getName() || request.getUrn().split("::").slice(3).join("::");
}

/** Reads the request to check a resource or the configuration. */
export function checkRequest(request: rpc.CheckRequest): api.CheckRequest {
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

/** Writes the answer to such a request. */
export function checkResponse(answer: api.CheckResponse): rpc.CheckResponse {
  // The engine prints the property's value beside the reason, even a secret one. So secret properties are not named.
  const shown = (answer.failures ?? []).map(({ property, reason }) =>
    containsSecret(answer.inputs[topLevel(property)] ?? null)
      ? { property: "", reason: `${property} ${reason}` }
      : { property, reason },
  );
  return new rpc.CheckResponse().setInputs(toStruct(answer.inputs)).setFailuresList(failures(shown));
}

/** Writes what is wrong with properties. */
export function failures(list: readonly api.CheckFailure[] = []): rpc.CheckFailure[] {
  return list.map(({ property, reason }) => new rpc.CheckFailure().setProperty(property).setReason(reason));
}

/** Returns `files` for `files["a.sql"].kind`. */
function topLevel(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

/** Reads the request to compare a resource or the configuration, or the same part of a request to update a resource. */
export function diffRequest(request: rpc.DiffRequest | rpc.UpdateRequest): api.DiffRequest {
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

/** Writes the answer to such a request. */
export function diffResponse(answer: api.DiffResponse): rpc.DiffResponse {
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
