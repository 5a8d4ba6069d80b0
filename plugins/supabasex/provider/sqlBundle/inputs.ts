import { UserError } from "../../../../foundation/userError";
import { containsUnknown, isPropertyMap, type PropertyMap, reveal, type Value } from "../../../host/values";
import type { FileEntries, FileEntry } from "../../bundleFiles";

export const sslModes = ["disable", "require", "verify-full"] as const;
export type SslMode = (typeof sslModes)[number];

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /**
   * As in libpq: `require` encrypts, `verify-full` also verifies the server's certificate and name. Default: `disable` for this
   * machine, else `verify-full` where there is a root certificate, else `require`.
   */
  readonly sslMode?: SslMode | undefined;
  /** PEM of the authority that signed the server's certificate. Without it `verify-full` trusts those that Node knows. */
  readonly sslRootCertificate?: string | undefined;
}

export interface Limits {
  /** How long to wait for another deploy to finish. Default 60. */
  readonly lockWaitSeconds: number;
  /** How long one statement may wait for a lock on an object. Default 5. */
  readonly lockTimeoutSeconds: number;
  /** How long one statement may run. Default 600; 0 is without end. */
  readonly statementTimeoutSeconds: number;
  /** How often a transaction that lost a lock or a deadlock is begun anew. Default 5. */
  readonly lockRetries: number;
}

export const defaultLimits: Limits = {
  lockWaitSeconds: 60,
  lockTimeoutSeconds: 5,
  statementTimeoutSeconds: 600,
  lockRetries: 5,
};

export interface BundleInputs {
  readonly name: string;
  readonly directory: string;
  readonly files: FileEntries;
  /** `undefined` while the database that it leads to is still to be made. */
  readonly connection: Connection | undefined;
  readonly limits: Limits;
  readonly dryRun: "live" | "off";
  readonly prune: "report" | "drop";
  readonly baseline: string | undefined;
  readonly allowAhead: boolean;
  readonly deletable: boolean;
}

/** The inputs in their types. They have passed Check, so a wrong one is a fault of the program. */
export function bundleInputs(properties: PropertyMap): BundleInputs {
  const limits = isPropertyMap(properties.limits) ? properties.limits : {};
  return {
    name: text(properties, "name"),
    directory: text(properties, "directory"),
    files: fileEntries(properties.files),
    connection: connectionOf(properties.connection),
    limits: {
      lockWaitSeconds: numeric(limits.lockWaitSeconds, defaultLimits.lockWaitSeconds),
      lockTimeoutSeconds: numeric(limits.lockTimeoutSeconds, defaultLimits.lockTimeoutSeconds),
      statementTimeoutSeconds: numeric(limits.statementTimeoutSeconds, defaultLimits.statementTimeoutSeconds),
      lockRetries: numeric(limits.lockRetries, defaultLimits.lockRetries),
    },
    dryRun: properties.dryRun === "live" ? "live" : "off",
    prune: properties.prune === "drop" ? "drop" : "report",
    baseline: typeof properties.baseline === "string" ? properties.baseline : undefined,
    allowAhead: properties.allowAhead === true,
    deletable: properties.deletable === true,
  };
}

export function connectionOf(value: Value | undefined): Connection | undefined {
  if (value === undefined || value === null || containsUnknown(value)) return undefined;
  const known = reveal(value);
  if (!isPropertyMap(known)) throw new UserError("SqlBundle: connection is not an object.");
  return {
    host: text(known, "host"),
    port: numeric(known.port, 5432),
    user: text(known, "user"),
    password: text(known, "password"),
    database: text(known, "database"),
    sslMode: sslModes.find((mode) => mode === known.sslMode),
    sslRootCertificate: typeof known.sslRootCertificate === "string" ? known.sslRootCertificate : undefined,
  };
}

function fileEntries(value: Value | undefined): FileEntries {
  if (!isPropertyMap(value)) return {};
  const entries = Object.entries(value).map(([filePath, entry]): [string, FileEntry] => {
    const { sha256, kind } = isPropertyMap(entry) ? entry : {};
    return [filePath, { sha256: String(sha256), kind: kind === "migration" ? "migration" : "repeatable" }];
  });
  return Object.fromEntries(entries);
}

function text(properties: PropertyMap, key: string): string {
  const value = properties[key];
  if (typeof value === "string") return value;
  throw new UserError(`SqlBundle: ${key} is not a text.`);
}

function numeric(value: Value | undefined, otherwise: number): number {
  const known = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof known === "number" && Number.isFinite(known) ? known : otherwise;
}
