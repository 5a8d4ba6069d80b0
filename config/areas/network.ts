import ipaddr from "ipaddr.js";
import * as z from "zod";
import { isIpv6Block } from "../../foundation/cidrBlocks";
import { matching } from "../fields";

/** Returns the kind of a CIDR block, or the error in it. */
function inspectCidr(text: string): { kind: "ipv4" | "ipv6" } | { problem: string } {
  if (!ipaddr.isValidCIDR(text)) return { problem: "must be a CIDR block such as 203.0.113.0/24" };
  const [address, prefix] = ipaddr.parseCIDR(text);
  const written = text.slice(0, text.lastIndexOf("/"));
  // ipaddr.js accepts 10.1 and 0x0a.0.0.1 as addresses; the API does not.
  if (address.kind() === "ipv4" && !ipaddr.IPv4.isValidFourPartDecimal(written))
    return { problem: "must be a CIDR block such as 203.0.113.0/24" };
  const network =
    address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(text)
      : ipaddr.IPv6.networkAddressFromCIDR(text);
  if (network.toNormalizedString() !== address.toNormalizedString())
    return { problem: `must not have bits set beyond its prefix of ${prefix}` };
  // The provider refuses these, because no such address can reach a hosted database.
  if (prefix > 0 && address.range() !== "unicast" && address.range() !== "reserved")
    return { problem: "must not be a private or special range" };
  return { kind: address.kind() };
}

/** Returns the error in a block at its place in the list. */
function blockProblem(
  blocks: string[],
  index: number,
  found: ReturnType<typeof inspectCidr>,
): string | undefined {
  if ("problem" in found) return found.problem;
  const before = blocks.slice(0, index);
  if (before.includes(blocks[index] ?? "")) return "repeats an earlier entry";
  // The API returns IPv4 first. Any other order would be a permanent difference.
  if (found.kind === "ipv4" && before.some(isIpv6Block)) return "must come before all IPv6 blocks";
  return undefined;
}

/** Who may connect to the database, directly or through the pooler. The HTTPS APIs are not affected. */
export const networkSchema = z.strictObject({
  allowedCidrs: z
    .array(z.string())
    .min(1, { error: "must have at least one block; an empty list would lock everyone out" })
    .superRefine((blocks, context) => {
      blocks.forEach((block, index) => {
        const message = blockProblem(blocks, index, inspectCidr(block));
        if (message !== undefined) context.addIssue({ code: "custom", path: [index], message });
      });
    })
    .meta({
      description: "Blocks that may connect, IPv4 before IPv6; required, because it is a security decision.",
      example: "203.0.113.0/24",
    }),
  openToInternetReason: matching(/\S.{9,}/, "must be a sentence of at least 10 characters")
    .optional()
    .meta({
      description:
        "Why production can be reached from everywhere (0.0.0.0/0 or ::/0); required in this case, otherwise omitted.",
      example: "Deployments run on GitHub-hosted runners, which have no fixed addresses.",
    }),
});
