import { UserError } from "../../../../foundation/userError";
import { differences } from "../../../provider-host/diff";
import type { CallContext, PropertyDiff } from "../../../provider-host/provider";
import { containsUnknown, type PropertyMap, Unknown } from "../../../provider-host/values";
import { clientInputs, ProjectClient, withSecretToken } from "../projectClient";
import { type Resource, unknownInputs } from "../resource";
import { type DeployedFunction, deployFunction, readFunction, setVerifyJwt } from "./api";

const inputNames = [...clientInputs, "slug", "file", "sha256", "verifyJwt"];

/** Inputs whose change replaces the resource. */
const identity = ["projectRef", "slug"];

/**
 * The code and the flags of an edge function that the bridged provider has deployed. That provider neither sends `verify_jwt`
 * nor compares the deployed code. After each deployment, this resource records the hash of the platform's bundle
 * (`deployedCode`). If a refresh finds another hash (`code`), the next update deploys the file again.
 */
export const edgeFunctionDeployment: Resource = {
  async check({ inputs }) {
    const failures = unknownInputs(inputs, inputNames);
    for (const property of ["projectRef", "slug", "file", "sha256"]) {
      const value = inputs[property];
      if (typeof value === "string" || value instanceof Unknown) continue;
      failures.push({ property, reason: value === undefined ? "is required" : "must be a string" });
    }
    const { verifyJwt = true } = inputs;
    if (typeof verifyJwt !== "boolean" && !(verifyJwt instanceof Unknown)) {
      failures.push({ property: "verifyJwt", reason: "must be true or false" });
    }
    return { inputs: { ...withSecretToken(inputs), verifyJwt }, failures };
  },

  async diff({ oldInputs, oldOutputs, inputs, ignoreChanges }) {
    const detailed: Record<string, PropertyDiff> = {};
    for (const name of identity) {
      if (differences(oldInputs[name], inputs[name]).length > 0)
        detailed[name] = { kind: "update-replace", inputDiff: true };
    }
    for (const name of ["file", "sha256", "endpoint"]) {
      if (differences(oldInputs[name], inputs[name]).length > 0)
        detailed[name] = { kind: "update", inputDiff: true };
    }
    if (differences(oldOutputs.verifyJwt, inputs.verifyJwt).length > 0) {
      const inputDiff = differences(oldInputs.verifyJwt, inputs.verifyJwt).length > 0;
      detailed.verifyJwt = { kind: "update", inputDiff };
    }
    if (oldOutputs.code !== oldOutputs.deployedCode) detailed.code = { kind: "update", inputDiff: false };
    for (const name of ignoreChanges) delete detailed[name];
    return { changes: Object.keys(detailed).length > 0, detailed };
  },

  async create({ inputs, preview }, context) {
    if (preview || containsUnknown(inputs)) return { id: "", outputs: inputs };
    const client = clientOf(inputs);
    const found = await deployed(client, inputs, context);
    return {
      id: `${client.ref}/${String(inputs.slug)}`,
      outputs: await settle(client, inputs, found, context),
    };
  },

  async read({ id, inputs, outputs }, context) {
    if (Object.keys(inputs).length === 0) {
      throw new UserError(
        "An EdgeFunctionDeployment cannot be imported: declare it, and it adopts the deployed function.",
      );
    }
    const properties = { ...outputs, ...inputs };
    const found = await readFunction(clientOf(properties), String(properties.slug), context.signal);
    // The function's bridged resource reports the same.
    if (found === undefined) return undefined;
    return { id, inputs, outputs: { ...outputs, code: found.code, verifyJwt: found.verifyJwt } };
  },

  async update({ oldInputs, oldOutputs, inputs, preview }, context) {
    if (preview)
      return {
        outputs: {
          ...inputs,
          code: oldOutputs.deployedCode ?? "",
          deployedCode: oldOutputs.deployedCode ?? "",
        },
      };
    const client = clientOf(inputs);
    let found = await deployed(client, inputs, context);
    // The bridged resource, on which this one depends, has already deployed a changed source.
    const isUnchanged = oldInputs.sha256 === inputs.sha256;
    if (isUnchanged && found.code !== oldOutputs.deployedCode) {
      const slug = String(inputs.slug);
      await deployFunction(client, slug, {
        file: String(inputs.file),
        sha256: String(inputs.sha256),
        verifyJwt: inputs.verifyJwt === true,
        signal: context.signal,
      });
      context.log(
        "info",
        `Deployed edge function ${slug} again: its code had been changed outside of the stack.`,
      );
      found = await deployed(client, inputs, context);
    }
    return { outputs: await settle(client, inputs, found, context) };
  },

  // The bridged resource deletes the function.
  async delete() {},
};

function clientOf(properties: PropertyMap): ProjectClient {
  return new ProjectClient("EdgeFunctionDeployment", properties);
}

async function deployed(
  client: ProjectClient,
  { slug }: PropertyMap,
  { signal }: CallContext,
): Promise<DeployedFunction> {
  const found = await readFunction(client, String(slug), signal);
  if (found !== undefined) return found;
  throw new UserError(
    `Edge function ${String(slug)} is not deployed: it was just deleted; run \`pulumi up\` again.`,
  );
}

/** Sets the flag if it differs, and returns the outputs. */
async function settle(
  client: ProjectClient,
  inputs: PropertyMap,
  found: DeployedFunction,
  { signal }: CallContext,
): Promise<PropertyMap> {
  const slug = String(inputs.slug);
  const verifyJwt = inputs.verifyJwt === true;
  if (found.verifyJwt !== verifyJwt) await setVerifyJwt(client, slug, { verifyJwt, signal });
  const now = found.verifyJwt === verifyJwt ? found : await readFunction(client, slug, signal);
  const code = now?.code ?? found.code;
  return { ...inputs, code, deployedCode: code };
}
