import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** The bytes of the structs that came in or go out. */
const bytesOf = new WeakMap<Struct, Uint8Array>();

/** A struct of which only the bytes are there. Reading a field decodes it. The fields must not be changed. */
export function structOf(bytes: Uint8Array, struct = new Struct()): Struct {
  bytesOf.set(struct, bytes);
  let fields: ReturnType<Struct["getFieldsMap"]> | undefined;
  struct.getFieldsMap = () => (fields ??= Struct.deserializeBinary(bytes).getFieldsMap());
  return struct;
}

export function bytesOfStruct(struct: Struct): Uint8Array {
  return bytesOf.get(struct) ?? struct.serializeBinary();
}

/** The same function; the structs of the messages that it makes stay bytes. */
export function leavingStructs<Message>(deserialize: (bytes: Buffer) => Message): typeof deserialize {
  return (bytes) => {
    const generated = Struct.deserializeBinaryFromReader;
    Struct.deserializeBinaryFromReader = (struct, reader) => {
      const start = reader.getCursor();
      while (reader.nextField()) reader.skipField();
      return structOf(reader.getBuffer().subarray(start, reader.getCursor()), struct);
    };
    try {
      return deserialize(bytes);
    } finally {
      Struct.deserializeBinaryFromReader = generated;
    }
  };
}

/** The same function; of the structs that are bytes already it takes those. */
export function takingStructs<Message>(serialize: (message: Message) => Buffer): typeof serialize {
  return (message) => {
    const generated = Struct.serializeBinaryToWriter;
    Struct.serializeBinaryToWriter = (struct, writer) => {
      const bytes = bytesOf.get(struct);
      if (bytes === undefined) generated(struct, writer);
      else writer.writeSerializedMessage(bytes, 0, bytes.length);
    };
    try {
      return serialize(message);
    } finally {
      Struct.serializeBinaryToWriter = generated;
    }
  };
}
