import ipaddr from "ipaddr.js";

/** The private address ranges (RFC 1918). */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] as const;

/** Returns the error in the block of a VPC; undefined if it is valid. */
export function vpcBlockProblem(text: string): string | undefined {
  const shape = "must be a private IPv4 block such as 10.80.0.0/24";
  const [written = ""] = text.split("/");
  if (!ipaddr.IPv4.isValidFourPartDecimal(written) || !ipaddr.IPv4.isValidCIDR(text)) return shape;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(text);
  if (!privateRanges.some((range) => address.match(ipaddr.IPv4.parseCIDR(range)))) return shape;
  // Each subnet is a quarter, and EC2's smallest is a /28.
  if (prefix < 16 || prefix > 26) return "must have a prefix of 16 to 26";
  if (ipaddr.IPv4.networkAddressFromCIDR(text).toString() !== address.toString())
    return `must not have bits set beyond its prefix of ${prefix}`;
  return undefined;
}

/** Returns the four quarters of a block, in order. */
export function quartersOf(block: string): [string, string, string, string] {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(block);
  const first = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - prefix - 2);
  const quarter = (index: number): string => {
    const start = first + index * size;
    const bytes = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256);
    return `${bytes.join(".")}/${prefix + 2}`;
  };
  return [quarter(0), quarter(1), quarter(2), quarter(3)];
}
