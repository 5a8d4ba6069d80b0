import type { StackConfig } from "../../config";

/** What the provider splits into `POST network-restrictions/apply`. */
export interface NetworkSettings {
  /** IPv4 before IPv6, which is the order of the answer: any other is a difference that never goes away. */
  readonly restrictions: readonly string[];
}

/** The address ranges that may connect to the database; the config puts them in order. */
export function networkSettings(network: StackConfig["network"]): NetworkSettings {
  return { restrictions: network.allowedCidrs };
}
