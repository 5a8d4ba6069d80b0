import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { describe, expect, it } from "vitest";
import { fromStruct, toStruct } from "../../../plugins/provider-host/marshal";
import {
  Archive,
  Asset,
  containsSecret,
  containsUnknown,
  isPropertyMap,
  type PropertyMap,
  Secret,
  Unknown,
  unknown,
  type Value,
} from "../../../plugins/provider-host/values";
import { fc, test } from "../../support/properties";

const signatureKey = "4dabf18193072939515e22adb298388d";
const key = fc.string().filter((name) => name !== "__proto__" && name !== signatureKey);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.string({ unit: "binary" }).filter((text) => Buffer.from(text).toString() === text),
    fc.constant(unknown),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
    tie("value").map((inner) => new Secret(inner)),
  ),
}));
const properties = fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true });

/** Converts to plain data with markers for secrets and unknowns, so that `toEqual` compares their contents. */
function explain(item: Value): unknown {
  if (item instanceof Secret) return { secret: explain(item.reveal()) };
  if (item instanceof Unknown) return { unknown: true };
  if (Array.isArray(item)) return { list: item.map(explain) };
  if (isPropertyMap(item)) {
    return { map: Object.fromEntries(Object.entries(item).map(([name, inner]) => [name, explain(inner)])) };
  }
  return { plain: item };
}

/** Converts to bytes and back, as between two processes. */
function overTheWire(map: PropertyMap): PropertyMap {
  return fromStruct(Struct.deserializeBinary(toStruct(map).serializeBinary()));
}

describe("values on the wire", () => {
  test.prop([properties])("survive a round trip, including secrets and unknowns", (map) => {
    expect(explain(overTheWire(map))).toEqual(explain(map));
  });

  test.prop([properties])("stay secret or unknown", (map) => {
    const back = overTheWire(map);
    expect(containsSecret(back)).toBe(containsSecret(map));
    expect(containsUnknown(back)).toBe(containsUnknown(map));
  });

  it("uses the engine's own form of a secret and of an unknown", () => {
    const wire = toStruct({ password: new Secret("hunter2"), host: unknown }).toJavaScript();
    expect(wire).toEqual({
      password: { [signatureKey]: "1b47061264138c4ac30d75fd1eb44270", value: "hunter2" },
      host: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    });
  });

  it.each([
    ["boolean", "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"],
    ["number", "3eeb2bf0-c639-47a8-9e75-3b44932eb421"],
    ["array", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"],
    ["object", "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"],
  ])("knows the marker of an unknown %s", (_type, marker) => {
    expect(fromStruct(Struct.fromJavaScript({ a: [marker] }))).toEqual({ a: [unknown] });
  });

  it("leaves out an absent optional property instead of setting it to null", () => {
    const inputs: { name: string; owner?: string } = { name: "a" };
    expect(toStruct({ ...inputs, owner: inputs.owner } as PropertyMap).toJavaScript()).toEqual({ name: "a" });
  });

  it("reads an output value as its contents", () => {
    const output = (rest: object) => ({ [signatureKey]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...rest });
    const read = fromStruct(
      Struct.fromJavaScript({
        plain: output({ value: 1 }),
        hidden: output({ value: "x", secret: true }),
        later: output({}),
      }),
    );
    expect(explain(read)).toEqual(explain({ plain: 1, hidden: new Secret("x"), later: unknown }));
  });

  it("reads a resource reference as the resource's id", () => {
    const reference = (rest: object) => ({ [signatureKey]: "5cf8f73096256a8f31e491e813e4eb8e", ...rest });
    const urn = "urn:pulumi:s::p::a:b:C::n";
    expect(
      fromStruct(
        Struct.fromJavaScript({
          made: reference({ urn, id: "i-1" }),
          planned: reference({ urn, id: "" }),
          component: reference({ urn }),
        }),
      ),
    ).toEqual({ made: "i-1", planned: unknown, component: urn });
  });

  it("reads assets and archives, and returns them unchanged", () => {
    const asset = { [signatureKey]: "c44067f5952c0a294b673a41bacd8c17", hash: "1", path: "a.txt" };
    const archive = {
      [signatureKey]: "0def7320c3a5731c473e5ecbe6d01bc7",
      hash: "2",
      assets: { "a.txt": asset },
    };
    const read = fromStruct(Struct.fromJavaScript({ code: archive }));

    expect(read.code).toEqual(
      new Archive({ hash: "2", assets: { "a.txt": new Asset({ hash: "1", path: "a.txt" }) } }),
    );
    expect(toStruct(read).toJavaScript()).toEqual({ code: archive });
  });

  it("refuses an unknown signature instead of passing it on as data", () => {
    const struct = Struct.fromJavaScript({ a: { [signatureKey]: "ffff" } });
    expect(() => fromStruct(struct)).toThrow(
      "a kind of value that this provider does not know (signature ffff)",
    );
  });
});
