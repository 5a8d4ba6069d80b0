import * as pulumi from "@pulumi/pulumi";
import { isIpv6Block, isOpenToInternet } from "../../foundation/cidrBlocks";

/** The settings that the provider sends to `POST network-restrictions/apply`. */
export interface NetworkSettings {
  /** IPv4 before IPv6, as in the response. Any other order would be a permanent difference. */
  readonly restrictions: pulumi.Output<readonly string[]>;
}

/** Who may connect to the database. */
export interface NetworkArgs {
  /** CIDR blocks, IPv4 before IPv6. */
  readonly allowedCidrs: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Returns the address ranges that may connect to the database: the given ones, and one IPv4 address unless they already
 * include it.
 */
export function networkSettings(
  { allowedCidrs }: NetworkArgs,
  admittedAddress?: pulumi.Input<string>,
): NetworkSettings {
  const restrictions = pulumi.output(allowedCidrs).apply((blocks): pulumi.Output<readonly string[]> => {
    const ipv4 = blocks.filter((block) => !isIpv6Block(block));
    // Without the address, which a preview may not know yet.
    if (admittedAddress === undefined || ipv4.some(isOpenToInternet)) return pulumi.output(blocks);
    return pulumi.output(admittedAddress).apply((address) => {
      const own = `${address}/32`;
      return blocks.includes(own) ? blocks : [...ipv4, own, ...blocks.filter(isIpv6Block)];
    });
  });
  return { restrictions };
}
