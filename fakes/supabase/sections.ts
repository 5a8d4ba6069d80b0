import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import {
  authKeys,
  type KeyKind,
  postgresKeys,
  postgrestKeys,
  secretAuthKeys,
} from "../../emulators/managementApi/settings/keys";
import { isJsonObject, type JsonObject, type JsonValue } from "../../foundation/json";
import { UserError } from "../../foundation/userError";

/** The keys of a section's API. An object stands for nested keys. */
export interface Fields {
  readonly [key: string]: KeyKind | Fields;
}

/** One of the JSON texts of a Settings resource. */
export interface Section {
  readonly path: string;
  readonly write: { readonly method: string; readonly path: string; readonly status: number };
  readonly fields: Fields;
  /** How to treat a key that the server returns as null or omits. */
  readonly nullable: (key: string) => boolean;
  /** Converts the text's object to the API's form and back. */
  toRequest?(given: JsonObject): JsonObject;
  fromAnswer?(answer: JsonObject): JsonObject;
}

const flag: Fields = { enabled: "flag" };

export const sections: Readonly<Record<"database" | "network" | "api" | "auth" | "storage", Section>> = {
  database: {
    path: "/config/database/postgres",
    write: { method: "PUT", path: "/config/database/postgres", status: 200 },
    fields: postgresKeys,
    nullable: () => false,
  },
  network: {
    path: "/network-restrictions",
    write: { method: "POST", path: "/network-restrictions/apply", status: 201 },
    fields: { restrictions: "text" },
    nullable: () => false,
    toRequest: ({ restrictions }) => splitRestrictions(restrictions),
    fromAnswer: ({ config }) => {
      const { dbAllowedCidrs, dbAllowedCidrsV6 } = isJsonObject(config) ? config : {};
      const restrictions = [dbAllowedCidrs, dbAllowedCidrsV6].flatMap((list) =>
        Array.isArray(list) ? list : [],
      );
      // In the provider, the list is nil in Go, which is null in JSON until something is added.
      return { restrictions: restrictions.length === 0 ? null : restrictions };
    },
  },
  api: {
    path: "/postgrest",
    write: { method: "PATCH", path: "/postgrest", status: 200 },
    fields: postgrestKeys,
    nullable: (key) => key === "db_pool",
  },
  auth: {
    path: "/config/auth",
    write: { method: "PATCH", path: "/config/auth", status: 200 },
    fields: authKeys,
    nullable: () => true,
  },
  storage: {
    path: "/config/storage",
    write: { method: "PATCH", path: "/config/storage", status: 200 },
    fields: {
      fileSizeLimit: "integer",
      features: {
        imageTransformation: flag,
        s3Protocol: flag,
        icebergCatalog: { ...flag, maxCatalogs: "integer", maxNamespaces: "integer", maxTables: "integer" },
        vectorBuckets: { ...flag, maxBuckets: "integer", maxIndexes: "integer" },
      },
      external: { upstreamTarget: "text" },
    },
    nullable: () => false,
  },
};

/** Returns the request with known keys only. A known key with a wrong type fails; unknown ones are silently dropped. */
export function requestOf(section: Section, given: JsonObject): JsonObject {
  return section.toRequest?.(given) ?? known(section.fields, given);
}

function known(fields: Fields, given: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]): [string, JsonValue][] => {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field === undefined) return [];
      if (typeof field === "object") return [[key, known(field, isJsonObject(value) ? value : {})]];
      if (value !== null && !isOfKind(field, value)) {
        throw new UserError(
          `Normalized JSON Unmarshal Error: ${key} must be ${field === "flag" ? "true or false" : `of kind ${field}`}.`,
        );
      }
      return [[key, value]];
    }),
  );
}

function isOfKind(kind: KeyKind, value: JsonValue): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "flag":
      return typeof value === "boolean";
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
  }
}

const zero: Record<KeyKind, JsonValue> = { text: "", flag: false, integer: 0, number: 0 };

/**
 * Returns the state after a read: the user's object, with the server's value for every key that both have. Keys that only the
 * server has are ignored; keys that only the user has are kept.
 */
export function mergeAnswer(name: keyof typeof sections, user: JsonObject, answer: JsonObject): JsonObject {
  const section = sections[name];
  const server = section.fromAnswer?.(answer) ?? answer;
  const merged = merge(section.fields, {
    user,
    server,
    absent: name === "database" ? () => null : (kind) => zero[kind],
    nullable: section.nullable,
  });
  return name === "auth" ? withOwnSecrets(user, merged) : merged;
}

function merge(
  fields: Fields,
  {
    user,
    server,
    absent,
    nullable,
  }: {
    readonly user: JsonObject;
    readonly server: JsonObject;
    readonly absent: (kind: KeyKind) => JsonValue;
    readonly nullable: (key: string) => boolean;
  },
): JsonObject {
  return Object.fromEntries(
    Object.entries(user).map(([key, own]): [string, JsonValue] => {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      const actual = server[key];
      // restart_database is a command, not a setting, so the user's value stays.
      if (field === undefined || key === "restart_database") return [key, own];
      if (typeof field === "object") {
        return [
          key,
          merge(field, {
            user: isJsonObject(own) ? own : {},
            server: isJsonObject(actual) ? actual : {},
            absent,
            nullable,
          }),
        ];
      }
      if (actual === null && nullable(key)) return [key, own];
      return [key, actual === undefined ? absent(field) : actual];
    }),
  );
}

/** Keeps the user's secrets, which the API does not return, and Apple's client ids, which it merges. */
function withOwnSecrets(user: JsonObject, merged: JsonObject): JsonObject {
  const kept = new Set(secretAuthKeys);
  if ("external_apple_additional_client_ids" in user) {
    kept.add("external_apple_additional_client_ids").add("external_apple_client_id");
  }
  return Object.fromEntries(
    Object.entries(merged).map(([key, value]) => [key, kept.has(key) ? (user[key] ?? null) : value]),
  );
}

/** Returns the API's response for an import, without nulls and secrets. */
export function importedAnswer(name: keyof typeof sections, answer: JsonObject): JsonObject {
  const section = sections[name];
  const server = section.fromAnswer?.(answer) ?? answer;
  return Object.fromEntries(
    Object.entries(server).filter(
      ([key, value]) =>
        Object.hasOwn(section.fields, key) && value !== null && !(name === "auth" && secretAuthKeys.has(key)),
    ),
  );
}

/** Returns whether an address is private, as Go's `IP.IsPrivate` does: RFC 1918 and RFC 4193. */
function isPrivate(range: string): boolean {
  const [address = ""] = range.split("/");
  return ["private", "uniqueLocal"].includes(ipaddr.parse(address).range());
}

function splitRestrictions(restrictions: JsonValue | undefined): JsonObject {
  const dbAllowedCidrs: string[] = [];
  const dbAllowedCidrsV6: string[] = [];
  for (const range of Array.isArray(restrictions) ? restrictions : []) {
    const family = isIP(String(range).split("/")[0] ?? "");
    if (family === 0 || !/\/\d+$/.test(String(range))) {
      throw new UserError(`network: "${String(range)}" is not a range in CIDR notation.`);
    }
    if (isPrivate(String(range))) {
      throw new UserError(
        `network: "${String(range)}" is a private range, from which no client can reach a project.`,
      );
    }
    (family === 4 ? dbAllowedCidrs : dbAllowedCidrsV6).push(String(range));
  }
  return { dbAllowedCidrs, dbAllowedCidrsV6 };
}
