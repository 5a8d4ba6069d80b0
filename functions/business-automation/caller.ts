/** The caller, according to the access token. */
export interface Caller {
  readonly accessToken: string;
  /** The claim that the access token hook adds. Undefined if the caller is in no tenant. */
  readonly tenantId: string | undefined;
}

/**
 * Returns the caller of a request; undefined without a readable token. Does not check the signature: the platform does before
 * the function runs, and the Data API does for every statement. The claim decides nothing either. It only fills the column
 * tenant_id, and the policy refuses a row of any tenant that the database does not confirm.
 */
export function callerOf(request: Request): Caller | undefined {
  const [, accessToken] =
    /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (accessToken === undefined) return undefined;
  const claims = claimsOf(accessToken);
  if (claims === undefined) return undefined;
  const { tenant_id: tenantId } = claims;
  return { accessToken, tenantId: typeof tenantId === "string" ? tenantId : undefined };
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload = ""] = token.split(".");
  try {
    const binary = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
