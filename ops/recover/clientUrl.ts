/**
 * A stack's `databaseUrl` as node-postgres has to read it: to it `sslmode=require` means to verify the certificate against the
 * system's authorities, which do not know Supabase's. With the PEM file of that authority the server is verified against it,
 * without it the connection is encrypted, as the deployment's own connections are.
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
