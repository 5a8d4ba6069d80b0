import { ConfigureRequest } from "@pulumi/pulumi/proto/provider_pb";
import { describe, expect, it } from "vitest";
import { decodeConfig } from "../../../plugins/provider-host/config";
import { toStruct } from "../../../plugins/provider-host/marshal";
import { type PropertyMap, reveal, Secret, type Value } from "../../../plugins/provider-host/values";

const types = { port: "number", superuser: "boolean", endpoints: "json" } as const;

function asProperties(config: PropertyMap): ConfigureRequest {
  return new ConfigureRequest().setArgs(toStruct(config));
}

describe("provider configuration", () => {
  it("decodes only values that are not strings, because a password may be digits", () => {
    const config = decodeConfig(
      asProperties({ port: "5432", superuser: "false", password: "0123", endpoints: '[{"s3":"x"}]' }),
      types,
    );
    expect(config).toEqual({ port: 5432, superuser: false, password: "0123", endpoints: [{ s3: "x" }] });
  });

  it("keeps secrets, whole or inside JSON", () => {
    const inner = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "x" };
    const config = decodeConfig(
      asProperties({
        password: new Secret("p"),
        port: new Secret("1"),
        endpoints: JSON.stringify({ key: inner }),
      }),
      types,
    );
    expect(config.password).toBeInstanceOf(Secret);
    expect(reveal(config.port as Value)).toBe(1);
    expect(config.port).toBeInstanceOf(Secret);
    expect((config.endpoints as PropertyMap).key).toBeInstanceOf(Secret);
    expect(reveal(config)).toEqual({ password: "p", port: 1, endpoints: { key: "x" } });
  });

  it("reads the variables of an older engine", () => {
    const request = new ConfigureRequest();
    request.getVariablesMap().set("postgresql:config:port", "6543").set("postgresql:config:host", "::1");
    expect(decodeConfig(request, types)).toEqual({ port: 6543, host: "::1" });
  });

  it("leaves out the engine's own keys", () => {
    const config = { version: "3.18.1", pluginDownloadURL: "x", __internal: {}, host: "h" };
    expect(decodeConfig(asProperties(config), types)).toEqual({ host: "h" });
  });

  it.each([
    ["port", "none", "The provider's configuration port must be a number."],
    ["port", '"5432"', "The provider's configuration port must be a number."],
    ["superuser", "1", "The provider's configuration superuser must be a boolean."],
    ["endpoints", "{", "The provider's configuration endpoints must be JSON."],
  ])("refuses %s = %s without repeating the value", (key, value, message) => {
    expect(() => decodeConfig(asProperties({ [key]: value }), types)).toThrow(message);
  });
});
