import { readFileSync } from "node:fs";

/** As in libpq: `require` encrypts; `verify-full` also verifies the server's certificate and name. */
export const sslModes = ["disable", "require", "verify-full"] as const;
export type SslMode = (typeof sslModes)[number];

/** The values of the `ssl` option of `pg`. */
export type TlsOptions = false | { readonly rejectUnauthorized?: false; readonly ca?: string };

/**
 * Returns the `ssl` option of `pg` for a mode. `rootCertificate` is the PEM file of the authority for `verify-full`. Default, and
 * for `system`: the authorities that Node trusts.
 * @throws Error that says what is wrong with the file
 */
export function tlsOptions(sslMode: SslMode, rootCertificate: string | undefined): TlsOptions {
  if (sslMode === "disable") return false;
  if (sslMode === "require") return { rejectUnauthorized: false };
  if (rootCertificate === undefined || rootCertificate === "system") return {};
  return { ca: readCertificates(rootCertificate) };
}

function readCertificates(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(
      `PGSSLROOTCERT names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`,
      { cause: error },
    );
  }
  if (!text.includes("-----BEGIN CERTIFICATE-----")) {
    throw new Error(`PGSSLROOTCERT names ${file}, which has no certificate in PEM format`);
  }
  return text;
}
