import pg from "pg";

/** Opens a connection to the local server. */
export async function connect(
  port: number,
  {
    user,
    password,
    database = "postgres",
  }: { readonly user: string; readonly password: string; readonly database?: string },
): Promise<pg.Client> {
  const client = new pg.Client({ host: "127.0.0.1", port, user, password, database, ssl: false });
  await client.connect();
  return client;
}
