import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { describe, expect, it } from "vitest";
import {
  bytesOfStruct,
  leavingStructs,
  structOf,
  takingStructs,
} from "../../../plugins/provider-host/structs";
import { readStruct, writeStruct } from "../../../plugins/provider-host/structWire";
import type { PropertyMap } from "../../../plugins/provider-host/values";

const asIs = { text: (text: string) => text, object: (properties: PropertyMap) => properties };
const write = (properties: PropertyMap) => writeStruct(properties, (value) => value);

const awkward = {
  nothing: null,
  truth: [true, false],
  numbers: [0, -1.5, 1e300, Number.MAX_SAFE_INTEGER],
  texts: ["", "ä€😀", "\u0000"],
  empty: { list: [], map: {} },
  nested: [[[{ deep: ["a", { deeper: "b" }] }]]],
  // Lengths that need one byte, two bytes, and more than the writer's first buffer.
  long: ["x".repeat(127), "x".repeat(128), "x".repeat(16_384), "€".repeat(100_000)],
  "": "without a name",
};

describe("a struct on the wire", () => {
  it("can be read by generated code", () => {
    expect(Struct.deserializeBinary(write(awkward)).toJavaScript()).toEqual(awkward);
  });

  it("can be read if generated code wrote it", () => {
    expect(readStruct(Struct.fromJavaScript(awkward).serializeBinary(), asIs)).toEqual(awkward);
  });

  it("has its properties sorted by name, regardless of their original order", () => {
    const read = readStruct(write({ b: { d: 1, c: 2 }, a: 3 }), asIs);

    expect(JSON.stringify(read)).toBe('{"a":3,"b":{"c":2,"d":1}}');
  });

  it("keeps a property of any name as an own property", () => {
    const read = readStruct(write(JSON.parse('{"__proto__": {"polluted": true}}') as PropertyMap), asIs);

    expect(Object.keys(read)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });

  it("is refused if it is truncated or not a struct", () => {
    const bytes = write({ a: "text" });

    expect(() => readStruct(bytes.subarray(0, -1), asIs)).toThrow("not a protocol buffer Struct");
    expect(() => readStruct(Buffer.from("text"), asIs)).toThrow("not a protocol buffer Struct");
  });
});

describe("a struct that is still encoded", () => {
  it("returns its fields on access", () => {
    expect(structOf(write(awkward)).toJavaScript()).toEqual(awkward);
    expect(Struct.deserializeBinary(structOf(write(awkward)).serializeBinary()).toJavaScript()).toEqual(
      awkward,
    );
  });

  it("does not change generated code, even after an unreadable message", () => {
    const { deserializeBinaryFromReader, serializeBinaryToWriter } = Struct;
    const read = leavingStructs((bytes: Buffer) => Struct.deserializeBinary(bytes));
    const written = takingStructs((struct: Struct) => Buffer.from(struct.serializeBinary()));

    const there = bytesOfStruct(read(written(structOf(write({ a: 1 })))));

    expect(Buffer.from(there)).toEqual(Buffer.from(write({ a: 1 })));
    expect(() => read(Buffer.from("text"))).toThrow();
    expect(Struct.deserializeBinaryFromReader).toBe(deserializeBinaryFromReader);
    expect(Struct.serializeBinaryToWriter).toBe(serializeBinaryToWriter);
  });
});
