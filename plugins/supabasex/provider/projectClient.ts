import { type ApiAnswer, type ApiRequest, ManagementApi } from "../../../foundation/managementApi";
import { UserError } from "../../../foundation/userError";
import { type PropertyMap, reveal, Secret } from "../../provider-host/values";

/** The inputs with which a resource reaches its project. */
export const clientInputs = ["projectRef", "endpoint", "accessToken"] as const;

/** Returns the inputs of a resource, with its access token (if any) as a secret. */
export function withSecretToken(inputs: PropertyMap): PropertyMap {
  const { accessToken } = inputs;
  if (accessToken === undefined || accessToken instanceof Secret) return inputs;
  return { ...inputs, accessToken: new Secret(accessToken) };
}

/** Calls the Management API for one project. */
export class ProjectClient {
  readonly ref: string;
  readonly #apis: readonly ManagementApi[];

  /**
   * Creates a client. If the API refuses the token in the state, it uses that of the environment, because tokens are rotated.
   *
   * @param type the type of the resource, for the error message
   * @throws UserError if neither the properties nor the environment have an access token
   */
  constructor(type: string, properties: PropertyMap, environment: NodeJS.ProcessEnv = process.env) {
    const { projectRef, endpoint, accessToken } = properties;
    this.ref = String(projectRef);
    const given = accessToken === undefined ? undefined : String(reveal(accessToken));
    const tokens = [given, environment.SUPABASE_ACCESS_TOKEN].filter(
      (token) => token !== undefined && token !== "",
    );
    if (tokens.length === 0) {
      throw new UserError(`${type} has no access token: set accessToken or SUPABASE_ACCESS_TOKEN.`);
    }
    this.#apis = tokens.map(
      (token) =>
        new ManagementApi({
          accessToken: String(token),
          client: "pulumi-supabasex/0.1.0",
          endpoint: typeof endpoint === "string" ? endpoint : environment.SUPABASE_API_ENDPOINT,
        }),
    );
  }

  /** Returns the response to a call below the project's path, such as `/functions`. Throws if there is none. */
  async call(method: string, path: string, request: ApiRequest): Promise<ApiAnswer> {
    return await this.#callAt(method, `/projects/${this.ref}${path}`, request);
  }

  /** Returns the response to a call below an organization's path. */
  async callOrganization(slug: string, path: string, request: ApiRequest): Promise<ApiAnswer> {
    return await this.#callAt("GET", `/organizations/${slug}${path}`, request);
  }

  async #callAt(method: string, path: string, request: ApiRequest): Promise<ApiAnswer> {
    let answer: ApiAnswer | undefined;
    for (const api of this.#apis) {
      answer = await api.call(method, path, request);
      if (answer.status !== 401) return answer;
    }
    if (answer === undefined) throw new Error("there is no token to call with");
    return answer;
  }
}
