/** Returns whether a CIDR block is IPv6. */
export const isIpv6Block = (block: string): boolean => block.includes(":");

/** Returns whether a CIDR block allows all addresses of its version of IP. */
export const isOpenToInternet = (block: string): boolean => /\/0+$/.test(block);
