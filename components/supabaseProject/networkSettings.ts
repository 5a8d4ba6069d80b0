import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config";
import { isOpenToInternet } from "../../config/areas/network";

/** The settings that the provider sends to `POST network-restrictions/apply`. */
export interface NetworkSettings {
  /** IPv4 before IPv6, as in the answer. Any other order would be a permanent difference. */
  readonly restrictions: pulumi.Input<readonly string[]>;
}

/**
 * Returns the address ranges that may connect to the database: those of the configuration, which sorts them, and one
 * IPv4 address unless they already include it.
 */
export function networkSettings(
  { allowedCidrs }: StackConfig["network"],
  admittedAddress?: pulumi.Input<string>,
): NetworkSettings {
  const isIpv6 = (block: string) => block.includes(":");
  if (
    admittedAddress === undefined ||
    allowedCidrs.some((block) => isOpenToInternet(block) && !isIpv6(block))
  )
    return { restrictions: allowedCidrs };
  const restrictions = pulumi.output(admittedAddress).apply((address) => {
    const block = `${address}/32`;
    if (allowedCidrs.includes(block)) return allowedCidrs;
    const ipv4 = allowedCidrs.filter((block) => !isIpv6(block));
    return [...ipv4, block, ...allowedCidrs.filter(isIpv6)];
  });
  return { restrictions };
}
