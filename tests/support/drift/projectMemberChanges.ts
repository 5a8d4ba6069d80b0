import type { JsonValue } from "../../../foundation/json";
import { auth, type ProjectChange } from "./projectChange";

/** Reported from the first deployment on. The API supports SSO providers only if SAML is enabled. */
const samlIsOn = { "auth setting saml_enabled": "off → on [opens]" };

const member = "11111111-1111-4111-8111-111111111111";

const companyProvider = (domains: string[]): JsonValue => ({
  type: "saml",
  metadata_url: "https://idp.example.org/saml",
  domains,
});

/** Changes of the access of members, SSO providers, domains, branches and add-ons. */
export const projectMemberChanges: readonly ProjectChange[] = [
  {
    name: "members may sign in to the database with their access token",
    calls: [
      ["PUT", "/ssl-enforcement", { requestedConfig: { database: true } }],
      ["PUT", "/jit-access", { state: "enabled" }],
    ],
    before: 1,
    reports: { "temporary database access": "off → on [opens]" },
  },
  {
    name: "a member may sign in to the database as postgres",
    calls: [
      [
        "PUT",
        "/database/jit",
        {
          user_id: member,
          roles: [
            {
              role: "postgres",
              expires_at: 1_798_761_600,
              allowed_networks: { allowed_cidrs: [{ cidr: "192.0.2.0/24" }] },
            },
          ],
        },
      ],
    ],
    reports: {
      "temporary database access of $id":
        "added: postgres until 2027-01-01T00:00:00.000Z from 192.0.2.0/24 [opens]",
    },
  },
  {
    name: "a member's temporary access is removed",
    calls: [
      ["PUT", "/database/jit", { user_id: member, roles: [{ role: "supabase_read_only_user" }] }],
      ["DELETE", `/database/jit/${member}`],
    ],
    before: 1,
    reports: { "temporary database access of $id": "removed: supabase_read_only_user [changes]" },
  },
  {
    name: "an SSO provider for a company's users is added (`supabase sso add`)",
    calls: [
      auth({ saml_enabled: true }),
      ["POST", "/config/auth/sso/providers", companyProvider(["example.org"])],
    ],
    before: 1,
    reports: {
      "SSO provider https://idp.example.org/saml": "added: domains example.org [opens]",
      ...samlIsOn,
    },
  },
  {
    name: "an SSO provider gets another domain (`supabase sso update`)",
    calls: [
      auth({ saml_enabled: true }),
      ["POST", "/config/auth/sso/providers", companyProvider(["example.org"])],
      ["PUT", "/config/auth/sso/providers/$id", { domains: ["example.org", "example.com"] }],
    ],
    before: 2,
    reports: {
      "SSO provider https://idp.example.org/saml":
        "domains example.org → domains example.org, example.com [opens]",
      ...samlIsOn,
    },
  },
  {
    name: "an SSO provider's metadata URL changes",
    calls: [
      auth({ saml_enabled: true }),
      ["POST", "/config/auth/sso/providers", companyProvider(["example.org"])],
      [
        "PUT",
        "/config/auth/sso/providers/$id",
        {
          metadata_xml: '<EntityDescriptor entityID="https://idp.example.org/saml"/>',
          metadata_url: "https://evil.example/saml",
        },
      ],
    ],
    before: 2,
    reports: {
      "SSO provider https://idp.example.org/saml":
        "domains example.org → domains example.org, metadata $hash [opens]",
      ...samlIsOn,
    },
  },
  {
    name: "an SSO provider maps another attribute to the email address",
    calls: [
      auth({ saml_enabled: true }),
      ["POST", "/config/auth/sso/providers", companyProvider(["example.org"])],
      [
        "PUT",
        "/config/auth/sso/providers/$id",
        { attribute_mapping: { keys: { email: { name: "nickname" } } } },
      ],
    ],
    before: 2,
    reports: {
      "SSO provider https://idp.example.org/saml":
        "domains example.org → domains example.org, attributes $hash [opens]",
      ...samlIsOn,
    },
  },
  {
    name: "an SSO provider is removed (`supabase sso remove`)",
    calls: [
      auth({ saml_enabled: true }),
      ["POST", "/config/auth/sso/providers", companyProvider(["example.org"])],
      ["DELETE", "/config/auth/sso/providers/$id"],
    ],
    before: 2,
    reports: {
      "SSO provider https://idp.example.org/saml": "removed: domains example.org [changes]",
      ...samlIsOn,
    },
  },
  {
    name: "a custom hostname is requested (`supabase domains create`)",
    calls: [["POST", "/custom-hostname/initialize", { custom_hostname: "db.example.org" }]],
    reports: { "custom hostname": "added: db.example.org [extra]" },
  },
  {
    name: "a preview branch is created (`supabase branches create`)",
    calls: [["POST", "/branches", { branch_name: "feature" }]],
    reports: { "branch feature": "added: preview [extra]" },
  },
  {
    name: "a preview branch with a copy of all rows is created (`supabase branches create --with-data`)",
    calls: [["POST", "/branches", { branch_name: "copy", with_data: true }]],
    reports: { "branch copy": "added: preview, with data [opens]" },
  },
  {
    name: "a preview branch is created again with a copy of all rows",
    calls: [
      ["POST", "/branches", { branch_name: "feature" }],
      ["DELETE", "/branches"],
      ["POST", "/branches", { branch_name: "feature", with_data: true }],
    ],
    before: 1,
    reports: { "branch feature": "preview → preview, with data [opens]" },
  },
  {
    name: "a vanity subdomain is activated (`supabase vanity-subdomains activate`)",
    calls: [["POST", "/vanity-subdomain/activate", { vanity_subdomain: "shop" }]],
    reports: { "vanity subdomain": "added: shop.supabase.co [extra]" },
  },
  {
    name: "the root key is replaced (`supabase encryption update-root-key`)",
    calls: [["PUT", "/pgsodium", { root_key: "ab".repeat(32) }]],
    reports: { "root key of pgsodium": "key $hash → key $hash [changes]" },
  },
  {
    name: "point-in-time recovery is added",
    calls: [["PATCH", "/billing/addons", { addon_type: "pitr", addon_variant: "pitr_7" }]],
    reports: { "add-on pitr": "added: pitr_7 [extra]" },
  },
];
