import { ofType, type StackRule } from "../rule";

/**
 * Several resources may each set a part of a project's settings. One of them must enable it, and none may disable it.
 */
export const databaseEnforcesSsl: StackRule = {
  name: "database-enforces-ssl",
  description: "In production the database refuses connections without TLS.",
  severity: "critical",
  controls: [],
  onlyInProduction: true,
  problems: (resources) => {
    const settings = ofType(resources, "supabase:index/settings:Settings");
    const open = settings.filter(({ properties }) => properties.sslEnforcement === false);
    const isEnforced = settings.some(({ properties }) => properties.sslEnforcement === true);
    const blamed = open.length > 0 || isEnforced ? open : settings.slice(0, 1);
    return blamed.map((resource) => ({ resource, message: "must have sslEnforcement: true" }));
  },
};
