/** Calls below `/v1` or `/v2` that hosted Supabase supports and that cannot be implemented for a local project. */
const hostedOnly: readonly RegExp[] = [
  "/branches/[^/]+/diff",
  "/oauth/.*",
  "/organizations/[^/]+/(integrations|members|project-claim|projects|roles)(/.*)?",
  "/projects/[^/]+/(actions|claim-token|private-link|readonly|transfers|upgrade|workers)(/.*)?",
  "/projects/[^/]+/(restart|restore/cancel|config/realtime/shutdown|advisors/run)",
  "/projects/[^/]+/analytics/(log-drains.*|endpoints/.*)",
  "/projects/[^/]+/config/(auth/signing-keys|disk)(/.*)?",
  "/projects/[^/]+/database/(backups/schedule|context|jit.*|migrations.*|openapi|webhooks/enable)",
  "/projects/[^/]+/(functions|network-bans/retrieve/enriched|network-restrictions)",
].map((path) => new RegExp(`^/v[12]${path}$`));

/** Returns whether hosted Supabase supports this path, for which the emulator has no route. */
export function isHostedOnly(path: string): boolean {
  return hostedOnly.some((known) => known.test(path));
}
