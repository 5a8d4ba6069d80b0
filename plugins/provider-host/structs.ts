import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** The bytes of received and sent structs. */
const bytesOf = new WeakMap<Struct, Uint8Array>();

/** Returns a struct as bytes, which is decoded when a field is read. The fields must not be changed. */
export function structOf(bytes: Uint8Array, struct = new Struct()): Struct {
  bytesOf.set(struct, bytes);
  let fields: ReturnType<Struct["getFieldsMap"]> | undefined;
  struct.getFieldsMap = () => (fields ??= Struct.deserializeBinary(bytes).getFieldsMap());
  return struct;
}

export function bytesOfStruct(struct: Struct): Uint8Array {
  return bytesOf.get(struct) ?? struct.serializeBinary();
}

/** Wraps a deserializer so that the structs in its messages stay bytes. */
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

/** Wraps a serializer so that it writes the bytes of structs that were not decoded. */
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
