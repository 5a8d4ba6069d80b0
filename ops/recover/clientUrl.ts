/**
 * Returns a stack's `databaseUrl` in the form that node-postgres needs. node-postgres takes `sslmode=require` as
 * verification against the system's CAs, which do not include Supabase's. With the PEM file of that CA the server is
 * verified against it; without it the connection is encrypted without verification, like the deployment's own
 * connections.
 */
export function clientUrl(databaseUrl: string, sslRootCertificate: string | undefined): string {
  const url = new URL(databaseUrl);
  if (url.searchParams.get("sslmode") === "disable") return databaseUrl;
  if (sslRootCertificate === undefined) {
    url.searchParams.set("uselibpqcompat", "true");
  } else {
    url.searchParams.set("sslmode", "verify-full");
    url.searchParams.set("sslrootcert", sslRootCertificate);
  }
  return url.href;
}
