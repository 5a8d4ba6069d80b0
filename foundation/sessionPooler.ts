/** How to reach a project's database through its session pooler. */
export interface SessionPooler {
  readonly host: string;
  readonly port: number;
  /** `postgres.<ref>` on the shared pooler: the name tells it which project is meant. */
  readonly user: string;
  readonly database: string;
}

const transactionPort = 6543;
const sessionPort = 5432;

/**
 * The session pooler, from the connection strings that the API answers by pool mode. Hosted projects answer the row of
 * transaction mode alone; the same host takes sessions on 5432. Throws when there is neither row.
 */
export function sessionPooler(url: Readonly<Record<string, string>>): SessionPooler {
  const text = url.session ?? url.transaction;
  if (text === undefined) throw new Error("the API answered no connection string for the pooler");
  const { hostname, port, username, pathname } = new URL(text.replace("[YOUR-PASSWORD]", ""));
  const given = port === "" ? sessionPort : Number(port);
  return {
    host: hostname,
    port: url.session === undefined && given === transactionPort ? sessionPort : given,
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)) || "postgres",
  };
}
