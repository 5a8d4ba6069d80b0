import { canonicalJson, type JsonObject, type JsonValue } from "../../../foundation/json";
import { jsonOf, type ManagementApi, unexpected } from "../../../foundation/managementApi";
import { UserError } from "../../../foundation/userError";
import { type AnyResource, resource, sameJson } from "../../engine/table";
import { asObject, asObjects, type Timeouts, timeouts, waitOptions } from "../client";
import { waitAuthService, waitProjectActive } from "../polling";

interface ThirdPartyAuth {
  projectRef: string;
  oidcIssuerUrl?: string | null;
  jwksUrl?: string | null;
  customJwks?: string | null;
  timeouts?: Timeouts;
  type?: string;
  insertedAt?: string;
  updatedAt?: string;
  resolvedAt?: string | null;
  resolvedJwks?: string | null;
}

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

export const thirdPartyAuth: AnyResource<ManagementApi> = resource<ManagementApi, ThirdPartyAuth>({
  inputs: {
    projectRef: { type: "string", required: true, replaces: true },
    oidcIssuerUrl: { type: "string", replaces: true },
    jwksUrl: { type: "string", replaces: true },
    customJwks: {
      type: "string",
      replaces: true,
      same: sameJson,
      check: (value) => keySetIssue(String(value)),
    },
    timeouts,
  },
  outputs: { type: {}, insertedAt: {}, updatedAt: {}, resolvedAt: {}, resolvedJwks: {} },

  async create(api, inputs, context) {
    const { projectRef, oidcIssuerUrl, jwksUrl, customJwks } = inputs;
    const given = [oidcIssuerUrl, jwksUrl, customJwks].filter((value) => value !== undefined);
    if (given.length !== 1) {
      throw new UserError("Exactly one of oidcIssuerUrl, jwksUrl and customJwks must be given.");
    }
    const options = waitOptions(context, inputs.timeouts, "create");
    await waitProjectActive(api, projectRef, options);
    await waitAuthService(api, projectRef, options);
    const body: JsonObject = {
      ...(oidcIssuerUrl && { oidc_issuer_url: oidcIssuerUrl }),
      ...(jwksUrl && { jwks_url: jwksUrl }),
      ...(customJwks && { custom_jwks: JSON.parse(customJwks) as JsonValue }),
    };
    const path = `/projects/${projectRef}/config/auth/third-party-auth`;
    const { signal } = context;
    const created = await api.expectJson("POST", path, {
      status: 201,
      doing: "create third-party auth",
      body,
      signal,
    });
    return { id: String(asObject(created).id) };
  },

  async read(api, id, known, { signal }) {
    const [projectRef = "", uuid] = known.projectRef ? [known.projectRef, id] : id.split("/");
    const path = `/projects/${projectRef}/config/auth/third-party-auth/${uuid}`;
    const answer = await api.call("GET", path, { signal });
    if (answer.status === 404) return undefined;
    const found = asObject(jsonOf(answer, 200, "read third-party auth"));
    const text = (value: JsonValue | undefined) => (value == null ? null : String(value));
    const json = (value: JsonValue | undefined) => (value == null ? null : canonicalJson(value));
    return {
      id: String(found.id),
      state: {
        projectRef,
        oidcIssuerUrl: text(found.oidc_issuer_url),
        jwksUrl: text(found.jwks_url),
        customJwks: json(found.custom_jwks),
        type: String(found.type),
        insertedAt: String(found.inserted_at),
        updatedAt: String(found.updated_at),
        resolvedAt: text(found.resolved_at),
        resolvedJwks: json(found.resolved_jwks),
      },
    };
  },

  // Every input replaces, except the timeouts, which only the provider uses.
  async update() {},

  async delete(api, id, { projectRef }, { signal }) {
    const path = `/projects/${projectRef}/config/auth/third-party-auth/${id}`;
    const answer = await api.call("DELETE", path, { signal });
    if (answer.status !== 200 && answer.status !== 404) throw unexpected("delete third-party auth", answer);
  },
});

function keySetIssue(text: string): string | undefined {
  let keys: JsonObject[];
  try {
    keys = asObjects(asObject(JSON.parse(text) as JsonValue).keys);
  } catch {
    return "must be JSON";
  }
  if (keys.length === 0) return "must have at least one key";
  return keys.some((key) => privateMembers.some((member) => member in key))
    ? "must contain public keys only"
    : undefined;
}
