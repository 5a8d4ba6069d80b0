/** How to reach a project's database through its session pooler. */
export interface SessionPooler {
  readonly host: string;
  readonly port: number;
  /** `postgres.<ref>` on the shared pooler, which selects the project by this name. */
  readonly user: string;
  readonly database: string;
}

const transactionPort = 6543;
const sessionPort = 5432;

/**
 * Returns the session pooler from the API's connection strings by pool mode. Hosted projects only return the row of
 * transaction mode; the same host accepts sessions on 5432. Throws if there is no row of either mode.
 */
export function sessionPooler(url: Readonly<Record<string, string>>): SessionPooler {
  const text = url.session ?? url.transaction;
  if (text === undefined) throw new Error("the API returned no connection string for the pooler");
  const { hostname, port, username, pathname } = new URL(text.replace("[YOUR-PASSWORD]", ""));
  const given = port === "" ? sessionPort : Number(port);
  return {
    host: hostname,
    port: url.session === undefined && given === transactionPort ? sessionPort : given,
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)) || "postgres",
  };
}
