import { UserError } from "../../../../foundation/userError";
import {
  containsUnknown,
  isPropertyMap,
  type PropertyMap,
  reveal,
  type Value,
} from "../../../provider-host/values";
import {
  type BundleLimits,
  type BundleSettings,
  bundleChoices,
  type Choice,
  defaultLimits,
} from "../../bundleArguments";
import type { FileHashes } from "../../bundleFiles";
import type { Declared } from "./catalog/posture";
import { stackOf } from "./session/applicationName";

/** How an encrypted connection is verified, as libpq names it. */
export type SslMode = Choice<"sslMode">;

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /**
   * As in libpq: `require` encrypts, `verify-full` also verifies the server's certificate and name. Default: `disable`
   * for this machine, else `verify-full` if there is a root certificate, else `require`.
   */
  readonly sslMode?: SslMode | undefined;
  /** PEM of the CA that signed the server's certificate. Without it, `verify-full` uses the CAs of Node. */
  readonly sslRootCertificate?: string | undefined;
}

export type Limits = BundleLimits;

export interface BundleInputs extends BundleSettings {
  readonly name: string;
  readonly directory: string;
  readonly files: FileHashes;
  /** `undefined` while the database, or what the SQL needs (`requires`), does not exist yet. */
  readonly connection: Connection | undefined;
  readonly limits: Limits;
  readonly baseline: string | undefined;
  /** What the stack creates outside of its SQL. */
  readonly declared: Declared;
  readonly deletable: boolean;
  /** The stack of the resource, if it is known. Sessions are named after it. */
  readonly stack?: string | undefined;
}

/** Returns the typed inputs. They have passed Check, so an invalid one is a bug. */
export function bundleInputs(properties: PropertyMap, urn = ""): BundleInputs {
  const limits = isPropertyMap(properties.limits) ? properties.limits : {};
  return {
    name: text(properties, "name"),
    directory: text(properties, "directory"),
    files: fileHashes(properties.files),
    connection: containsUnknown(properties.requires ?? []) ? undefined : connectionOf(properties.connection),
    limits: Object.fromEntries(
      Object.entries(defaultLimits).map(([name, otherwise]) => [name, numeric(limits[name], otherwise)]),
    ) as unknown as Limits,
    dryRun: chosen("dryRun", properties.dryRun),
    prune: chosen("prune", properties.prune),
    hazards: chosen("hazards", properties.hazards),
    baseline: typeof properties.baseline === "string" ? properties.baseline : undefined,
    watch: chosen("watch", properties.watch),
    accept: texts(properties.accept),
    declared: declaredIn(properties.declared),
    allowAhead: properties.allowAhead === true,
    deletable: properties.deletable === true,
    stack: stackOf(urn),
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
    sslMode: bundleChoices.sslMode.values.find((mode) => mode === known.sslMode),
    sslRootCertificate: typeof known.sslRootCertificate === "string" ? known.sslRootCertificate : undefined,
  };
}

/** Returns the value of a setting, or its default. */
function chosen<Name extends "dryRun" | "prune" | "hazards" | "watch">(
  name: Name,
  value: Value | undefined,
): Choice<Name> {
  const values: readonly Choice<Name>[] = bundleChoices[name].values;
  return values.find((choice) => choice === value) ?? (bundleChoices[name].values[0] as Choice<Name>);
}

function declaredIn(value: Value | undefined): Declared {
  const { roles, extensions } = isPropertyMap(value) ? value : {};
  return { roles: texts(roles), extensions: texts(extensions) };
}

function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/**
 * Accepts the inputs of earlier SDK versions, an object for each file with its hash and kind, which a state may still
 * contain.
 */
function fileHashes(value: Value | undefined): FileHashes {
  if (!isPropertyMap(value)) return {};
  const entries = Object.entries(value).map(([filePath, entry]): [string, string] => [
    filePath,
    String(isPropertyMap(entry) ? entry.sha256 : entry),
  ]);
  return Object.fromEntries(entries);
}

function text(properties: PropertyMap, key: string): string {
  const value = properties[key];
  if (typeof value === "string") return value;
  throw new UserError(`SqlBundle: ${key} is not a string.`);
}

function numeric(value: Value | undefined, otherwise: number): number {
  const known = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof known === "number" && Number.isFinite(known) ? known : otherwise;
}
