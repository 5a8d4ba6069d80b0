import { closest } from "fastest-levenshtein";
import type { JsonObject, JsonValue } from "../../../../foundation/json";
import { isPropertyMap, type PropertyMap, Unknown, type Value } from "../../../provider-host/values";

/** The values that a setting accepts. */
type Limit = "boolean" | readonly [minimum: number, maximum: number];

/** The accepted values of a group's settings, by property name. The API uses the same names in snake_case. */
export interface Group {
  readonly path: string;
  /** Status of a successful PATCH. */
  readonly status: number;
  readonly settings: Readonly<Record<string, Limit>>;
  /** Reads the settings from the response to a GET. */
  live(answer: JsonValue | undefined): JsonObject;
}

/** The settings that the bridged provider drops (pooler) or does not have (realtime). */
export const groups: Readonly<Record<"pooler" | "realtime", Group>> = {
  pooler: {
    path: "/config/database/pooler",
    status: 200,
    settings: { defaultPoolSize: [0, 3000] },
    live: (answer) => {
      const rows = Array.isArray(answer) ? (answer as JsonObject[]) : [];
      return rows.find((row) => row.database_type === "PRIMARY") ?? {};
    },
  },
  realtime: {
    path: "/config/realtime",
    status: 204,
    settings: {
      privateOnly: "boolean",
      presenceEnabled: "boolean",
      suspend: "boolean",
      connectionPool: [1, 100],
      maxConcurrentUsers: [1, 50_000],
      maxEventsPerSecond: [1, 50_000],
      maxBytesPerSecond: [1, 10_000_000],
      maxChannelsPerClient: [1, 10_000],
      maxJoinsPerSecond: [1, 5_000],
      maxPresenceEventsPerSecond: [1, 5_000],
      maxPayloadSizeInKb: [1, 10_000],
    },
    live: (answer) => (answer as JsonObject | undefined) ?? {},
  },
};

export type GroupName = keyof typeof groups;
export const groupNames = Object.keys(groups) as GroupName[];

/** Converts `maxPayloadSizeInKb` to `max_payload_size_in_kb`. */
export function apiName(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Returns the settings of a group that the program sets, by property name. */
export function desired(inputs: PropertyMap, group: GroupName): PropertyMap {
  const value = inputs[group];
  return isPropertyMap(value) ? value : {};
}

/** Returns the current values of those settings; of all settings if none are named. */
export function liveSettings(
  group: GroupName,
  answer: JsonValue | undefined,
  names: readonly string[],
): PropertyMap {
  const { live, settings } = groups[group];
  const found = live(answer);
  const wanted = names.length > 0 ? names : Object.keys(settings);
  return Object.fromEntries(wanted.map((name): [string, Value] => [name, found[apiName(name)] ?? null]));
}

/** Returns the invalid values of a group as `[property path, reason]`. */
export function groupIssues(inputs: PropertyMap, group: GroupName): [string, string][] {
  const value = inputs[group];
  if (value === undefined || value instanceof Unknown) return [];
  if (!isPropertyMap(value)) return [[group, "must be an object"]];
  const { settings } = groups[group];
  return Object.entries(value).flatMap(([name, setting]): [string, string][] => {
    const limit = Object.hasOwn(settings, name) ? settings[name] : undefined;
    const reason =
      limit === undefined
        ? `is not known; the nearest is "${closest(name, Object.keys(settings))}"`
        : settingIssue(limit, setting);
    return reason === undefined ? [] : [[`${group}.${name}`, reason]];
  });
}

function settingIssue(limit: Limit, value: Value): string | undefined {
  if (value instanceof Unknown) return undefined;
  if (limit === "boolean") return typeof value === "boolean" ? undefined : "must be true or false";
  const [minimum, maximum] = limit;
  const fits = typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum;
  return fits ? undefined : `must be a whole number from ${minimum} to ${maximum}`;
}
