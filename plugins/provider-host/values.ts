/**
 * Property values as a provider sees them. Secrets stay wrapped and unknowns stay marked, so neither is lost by accident. A
 * provider unwraps a secret only where it uses it.
 */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | PropertyMap
  | Secret
  | Unknown
  | Asset
  | Archive;

export interface PropertyMap {
  readonly [key: string]: Value;
}

/** A secret value. Converted to a string, it is `[secret]`. */
export class Secret {
  readonly #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  reveal(): Value {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }
}

/** A file or a text: Pulumi's `FileAsset` and `StringAsset`. */
export class Asset {
  /** @param content `hash`, and `path` or `text`; what the engine sent, so that it gets back the same */
  constructor(readonly content: PropertyMap) {}
}

/** Named files: Pulumi's `AssetArchive`. */
export class Archive {
  /** @param content `hash`, and `assets`, each an Asset; what the engine sent, so that it gets back the same */
  constructor(readonly content: PropertyMap) {}
}

/** A value that is not known until the engine has run the operation that produces it. */
export class Unknown {
  private readonly brand = "unknown";

  toString(): string {
    return `[${this.brand}]`;
  }
}

/** The one unknown value. */
export const unknown = new Unknown();

export function isPropertyMap(value: Value | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown) &&
    !(value instanceof Asset) &&
    !(value instanceof Archive)
  );
}

/** Returns the value with every secret in it unwrapped. Keep the result close to where it is used. */
export function reveal(value: Value): Value {
  if (value instanceof Secret) return reveal(value.reveal());
  if (Array.isArray(value)) return value.map(reveal);
  if (isPropertyMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item)]));
  }
  return value;
}

/** Returns whether the value is or contains an unknown. */
export function containsUnknown(value: Value): boolean {
  if (value instanceof Unknown) return true;
  if (value instanceof Secret) return containsUnknown(value.reveal());
  if (Array.isArray(value)) return value.some(containsUnknown);
  if (isPropertyMap(value)) return Object.values(value).some(containsUnknown);
  return false;
}

/** Returns whether the value is or contains a secret. */
export function containsSecret(value: Value): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(containsSecret);
  if (isPropertyMap(value)) return Object.values(value).some(containsSecret);
  return false;
}
