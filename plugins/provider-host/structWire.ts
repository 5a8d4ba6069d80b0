import { isPropertyMap, type PropertyMap, type Value } from "./values";

// Converts google.protobuf.Struct on the wire (google/protobuf/struct.proto) directly from and to property values. Generated
// code creates an object per value and a map per struct. For a catalog of thousands of objects, that costs more than all
// other work of a provider in a preview.

/** A tag is a field number, shifted by three bits, plus the wire type. */
const tag = {
  field: 0x0a,
  key: 0x0a,
  value: 0x12,
  null: 0x08,
  number: 0x11,
  text: 0x1a,
  boolean: 0x20,
  struct: 0x2a,
  list: 0x32,
  item: 0x0a,
} as const;

/** Converts the strings and objects that have a special meaning to the engine. */
export interface Reviver {
  text(text: string): Value;
  /** Returns an object's value. Its members are converted already. */
  object(properties: PropertyMap): Value;
}

export function readStruct(bytes: Uint8Array, reviver: Reviver): PropertyMap {
  return new StructReader(bytes, reviver).struct(bytes.length);
}

class StructReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(
    bytes: Uint8Array,
    private readonly reviver: Reviver,
  ) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  struct(end: number): PropertyMap {
    const entries: [string, Value][] = [];
    while (this.#at < end) {
      this.#expect(tag.field);
      entries.push(this.#entry(this.#end()));
    }
    // The engine sends them in random order.
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    // Defines own properties, even for names such as `__proto__`.
    return Object.fromEntries(entries);
  }

  #entry(end: number): [string, Value] {
    let key = "";
    let value: Value = null;
    while (this.#at < end) {
      const found = this.#varint();
      if (found === tag.key) key = this.#text();
      else if (found === tag.value) value = this.#value(this.#end());
      else throw malformed();
    }
    return [key, value];
  }

  #value(end: number): Value {
    let value: Value = null;
    while (this.#at < end) value = this.#kind(this.#varint());
    return value;
  }

  #kind(found: number): Value {
    switch (found) {
      case tag.null:
        this.#varint();
        return null;
      case tag.number:
        this.#at += 8;
        return this.#bytes.readDoubleLE(this.#at - 8);
      case tag.text:
        return this.reviver.text(this.#text());
      case tag.boolean:
        return this.#varint() !== 0;
      case tag.struct:
        return this.reviver.object(this.struct(this.#end()));
      case tag.list:
        return this.#list(this.#end());
      default:
        throw malformed();
    }
  }

  #list(end: number): Value[] {
    const items: Value[] = [];
    while (this.#at < end) {
      this.#expect(tag.item);
      items.push(this.#value(this.#end()));
    }
    return items;
  }

  #text(): string {
    const end = this.#end();
    const text = this.#bytes.toString("utf8", this.#at, end);
    this.#at = end;
    return text;
  }

  #expect(wanted: number): void {
    if (this.#varint() !== wanted) throw malformed();
  }

  /** Reads a length and returns the end of the field. */
  #end(): number {
    const length = this.#varint();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw malformed();
    return end;
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw malformed();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
}

function malformed(): Error {
  return new Error("the bytes are not a protocol buffer Struct");
}

/** Returns the wire form of a value that JSON does not have. */
export type Replacer = (value: Value) => Value;

export function writeStruct(properties: PropertyMap, replace: Replacer): Uint8Array {
  const writer = new StructWriter(replace);
  writer.struct(properties);
  return writer.bytes();
}

/** Writes backwards, so that the length of a part is known before it is written in front of the part. */
class StructWriter {
  #buffer = Buffer.allocUnsafe(4096);
  #at = this.#buffer.length;

  constructor(private readonly replace: Replacer) {}

  bytes(): Uint8Array {
    return this.#buffer.subarray(this.#at);
  }

  struct(properties: PropertyMap): void {
    for (const [key, value] of Object.entries(properties).reverse()) {
      // An undefined property is absent on the wire, not null.
      if (value === undefined) continue;
      const end = this.#written();
      this.#part(tag.value, () => this.#value(value));
      this.#text(tag.key, key);
      this.#head(tag.field, this.#written() - end);
    }
  }

  #value(given: Value): void {
    const value = this.replace(given);
    if (typeof value === "string") this.#text(tag.text, value);
    else if (typeof value === "boolean") this.#head(tag.boolean, value ? 1 : 0);
    else if (typeof value === "number") this.#number(value);
    else if (Array.isArray(value)) this.#part(tag.list, () => this.#list(value));
    else if (isPropertyMap(value)) this.#part(tag.struct, () => this.struct(value));
    else this.#head(tag.null, 0);
  }

  #list(items: readonly Value[]): void {
    for (let index = items.length - 1; index >= 0; index--) {
      this.#part(tag.item, () => this.#value(items[index] ?? null));
    }
  }

  #number(value: number): void {
    this.#reserve(9);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
    this.#buffer[--this.#at] = tag.number;
  }

  #text(kind: number, text: string): void {
    const length = Buffer.byteLength(text);
    this.#reserve(length);
    this.#at -= length;
    this.#buffer.write(text, this.#at, "utf8");
    this.#head(kind, length);
  }

  #part(kind: number, write: () => void): void {
    const end = this.#written();
    write();
    this.#head(kind, this.#written() - end);
  }

  /** Writes a tag and the number after it: a length, or the value itself. */
  #head(kind: number, number: number): void {
    this.#reserve(11);
    let size = 1;
    for (let rest = number; rest > 127; rest = Math.floor(rest / 128)) size++;
    this.#at -= size;
    let rest = number;
    for (let index = 0; index < size; index++) {
      this.#buffer[this.#at + index] = (rest % 128) + (index < size - 1 ? 128 : 0);
      rest = Math.floor(rest / 128);
    }
    this.#buffer[--this.#at] = kind;
  }

  #written(): number {
    return this.#buffer.length - this.#at;
  }

  #reserve(bytes: number): void {
    if (this.#at >= bytes) return;
    const written = this.bytes();
    const larger = Buffer.allocUnsafe(2 * this.#buffer.length + bytes);
    this.#at = larger.length - written.length;
    larger.set(written, this.#at);
    this.#buffer = larger;
  }
}
