import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { UserError } from "../../foundation/userError";
import { bytesOfStruct, structOf } from "./structs";
import { readStruct, writeStruct } from "./structWire";
import { Archive, Asset, type PropertyMap, Secret, Unknown, unknown, type Value } from "./values";

// Property values are sent as JSON-like protocol buffer structs. A value that JSON does not have is an object with a signature
// under a fixed key; an unknown value is one of these strings. The signatures are part of the engine's wire protocol (sdk/go/common/resource/plugin/rpc.go and resource/sig).
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknownMarkers: ReadonlySet<string> = new Set([
  unknownString,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** Returns the properties of a request; none if it has none. */
export function fromStruct(struct: Struct | undefined): PropertyMap {
  return struct === undefined ? {} : readStruct(bytesOfStruct(struct), { text: known, object: unsigned });
}

export function toStruct(properties: PropertyMap): Struct {
  return structOf(writeStruct(properties, signed));
}

/** Converts plain JSON to a property value: signatures and markers become Secret and Unknown. */
export function fromJson(json: unknown): Value {
  return decode(json);
}

function decode(json: unknown): Value {
  if (typeof json === "string") return known(json);
  if (typeof json === "boolean" || typeof json === "number") return json;
  if (Array.isArray(json)) return json.map(decode);
  if (typeof json !== "object" || json === null) return null;
  return unsigned(Object.fromEntries(Object.entries(json).map(([key, item]) => [key, decode(item)])));
}

function known(text: string): Value {
  return unknownMarkers.has(text) ? unknown : text;
}

/** Converts an object that has a signature. */
function unsigned(object: PropertyMap): Value {
  if (!Object.hasOwn(object, signatureKey)) return object;
  switch (object[signatureKey]) {
    case secretSignature:
      return new Secret(object.value ?? null);
    case outputSignature: {
      const value = Object.hasOwn(object, "value") ? (object.value ?? null) : unknown;
      return object.secret === true ? new Secret(value) : value;
    }
    case resourceSignature: {
      // A reference to another resource becomes its id, as for every provider that does not request references. A component has no
      // id, so its URN is used.
      if (!Object.hasOwn(object, "id")) return object.urn ?? null;
      return object.id === "" ? unknown : (object.id ?? null);
    }
    case assetSignature:
      return new Asset(withoutSignature(object));
    case archiveSignature:
      return new Archive(withoutSignature(object));
    default:
      throw new UserError(
        `The engine sent a kind of value that this provider does not know (signature ${String(object[signatureKey])}): build it against the same Pulumi version as the CLI.`,
      );
  }
}

function withoutSignature({ [signatureKey]: _signature, ...content }: PropertyMap): PropertyMap {
  return content;
}

/** Returns the wire form of a value that JSON does not have. */
function signed(value: Value): Value {
  if (value instanceof Unknown) return unknownString;
  if (value instanceof Asset) return { ...value.content, [signatureKey]: assetSignature };
  if (value instanceof Archive) return { ...value.content, [signatureKey]: archiveSignature };
  return value instanceof Secret ? { [signatureKey]: secretSignature, value: value.reveal() } : value;
}
