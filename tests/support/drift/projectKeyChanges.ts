import type { JsonValue } from "../../../foundation/json";
import { auth, type ProjectChange, storage } from "./projectChange";

/** Returns the request that creates a log drain. */
const logDrain = (url: string): JsonValue => ({
  data: { type: "log_drain", attributes: { name: "copies", backend_type: "webhook", config: { url } } },
});

/** Changes of API keys, log drains, sign-in providers and signing keys. */
export const projectKeyChanges: readonly ProjectChange[] = [
  {
    name: "a secret API key is added",
    calls: [["POST", "/api-keys", { type: "secret", name: "colleague" }]],
    reports: { "API key colleague": "added: secret, id $hash [opens]" },
  },
  {
    name: "a secret API key is deleted and created again with the same name",
    calls: [
      ["POST", "/api-keys", { type: "secret", name: "colleague" }],
      ["DELETE", "/api-keys/$id"],
      ["POST", "/api-keys", { type: "secret", name: "colleague" }],
    ],
    before: 1,
    reports: { "API key colleague": "secret, id $hash → secret, id $hash [opens]" },
  },
  {
    name: "a publishable API key is deleted and created again with the same name",
    calls: [
      ["POST", "/api-keys", { type: "publishable", name: "colleague" }],
      ["DELETE", "/api-keys/$id"],
      ["POST", "/api-keys", { type: "publishable", name: "colleague" }],
    ],
    before: 1,
    reports: { "API key colleague": "publishable, id $hash → publishable, id $hash [opens]" },
  },
  {
    name: "a secret API key with the name of a publishable one is added",
    calls: [
      ["POST", "/api-keys", { type: "publishable", name: "colleague" }],
      ["POST", "/api-keys", { type: "secret", name: "colleague" }],
    ],
    before: 1,
    reports: {
      "API key colleague": "publishable, id $hash → publishable, id $hash; secret, id $hash [opens]",
    },
  },
  {
    name: "an API key is deleted",
    calls: [
      ["POST", "/api-keys", { type: "secret", name: "colleague" }],
      ["DELETE", "/api-keys/$id"],
    ],
    before: 1,
    reports: { "API key colleague": "removed: secret, id $hash [changes]" },
  },
  {
    name: "a read replica is added",
    calls: [["POST", "/read-replicas/setup", { read_replica_region: "eu-west-1" }]],
    reports: { "read replica $replica": "added: 127.0.0.1 [opens]" },
  },
  {
    name: "a log drain to another address is added",
    calls: [["POST", "/v2/analytics/log-drains", logDrain("https://evil.example/logs")]],
    reports: { "log drain copies": "added: webhook, configuration $hash [opens]" },
  },
  {
    name: "a log drain is replaced by one with the same name and another address",
    calls: [
      ["POST", "/v2/analytics/log-drains", logDrain("https://logs.example.org")],
      ["DELETE", "/v2/analytics/log-drains/$id"],
      ["POST", "/v2/analytics/log-drains", logDrain("https://evil.example/logs")],
    ],
    before: 1,
    reports: {
      "log drain copies": "webhook, configuration $hash → webhook, configuration $hash [opens]",
    },
  },
  {
    name: "ID tokens of another Google client are accepted",
    calls: [auth({ external_google_additional_client_ids: "evil.apps.googleusercontent.com" })],
    reports: {
      "auth setting external_google_additional_client_ids": "off → evil.apps.googleusercontent.com [opens]",
    },
  },
  {
    name: "the nonce of Google ID tokens is not checked",
    calls: [auth({ external_google_skip_nonce_check: true })],
    reports: { "auth setting external_google_skip_nonce_check": "off → on [opens]" },
  },
  {
    name: "Keycloak sign-ins use another server",
    calls: [
      auth({ external_keycloak_url: "https://idp.example.org" }),
      auth({ external_keycloak_url: "https://evil.example" }),
    ],
    before: 1,
    reports: {
      "auth setting external_keycloak_url": "https://idp.example.org → https://evil.example [opens]",
    },
  },
  {
    name: "passkeys of another site are accepted",
    calls: [auth({ webauthn_rp_origins: "https://evil.example" })],
    reports: { "auth setting webauthn_rp_origins": "off → https://evil.example [opens]" },
  },
  {
    name: "the S3 protocol of Storage is enabled",
    calls: [storage({ s3Protocol: { enabled: false } }), storage({ s3Protocol: { enabled: true } })],
    before: 1,
    reports: { "storage setting features.s3Protocol.enabled": "off → on [opens]" },
  },
  {
    name: "a secret API key gets another role",
    calls: [
      [
        "POST",
        "/api-keys",
        { type: "secret", name: "colleague", secret_jwt_template: { role: "service_role" } },
      ],
      ["PATCH", "/api-keys/$id", { secret_jwt_template: { role: "authenticator" } }],
    ],
    before: 1,
    reports: { "API key colleague": "secret, id $hash → secret as authenticator, id $hash [opens]" },
  },
  {
    name: "a publishable API key is added",
    calls: [["POST", "/api-keys", { type: "publishable", name: "colleague" }]],
    reports: { "API key colleague": "added: publishable, id $hash [opens]" },
  },
  {
    name: "legacy API keys are enabled again",
    calls: [
      ["PUT", "/api-keys/legacy?enabled=false"],
      ["PUT", "/api-keys/legacy?enabled=true"],
    ],
    before: 1,
    reports: { "legacy API keys": "off → on [opens]" },
  },
  {
    name: "legacy API keys are disabled",
    calls: [["PUT", "/api-keys/legacy?enabled=false"]],
    reports: { "legacy API keys": "on → off [changes]" },
  },
  {
    name: "tokens of another issuer are accepted",
    calls: [["POST", "/config/auth/third-party-auth", { oidc_issuer_url: "https://evil.example" }]],
    reports: { "third-party auth https://evil.example": "added: $type [opens]" },
  },
  {
    name: "a signing key is added",
    calls: [["POST", "/config/auth/signing-keys", { algorithm: "ES256" }]],
    reports: { "JWT signing key $id": "added: ES256 standby, key $hash [opens]" },
  },
  {
    name: "a shared secret signs tokens",
    calls: [["POST", "/config/auth/signing-keys", { algorithm: "HS256", status: "in_use" }]],
    reports: { "JWT signing key $id": "added: HS256 in_use [opens]" },
  },
  {
    name: "another signing key becomes the current one",
    calls: [
      ["POST", "/config/auth/signing-keys", { algorithm: "EdDSA" }],
      ["PATCH", "/config/auth/signing-keys/$id", { status: "in_use" }],
    ],
    before: 1,
    reports: { "JWT signing key $id": "EdDSA standby, key $hash → EdDSA in_use, key $hash [opens]" },
  },
  {
    name: "a signing key is revoked, which ends all sessions with its tokens",
    calls: [
      ["POST", "/config/auth/signing-keys", { algorithm: "EdDSA" }],
      ["PATCH", "/config/auth/signing-keys/$id", { status: "revoked" }],
    ],
    before: 1,
    reports: { "JWT signing key $id": "EdDSA standby, key $hash → off [changes]" },
  },
];
