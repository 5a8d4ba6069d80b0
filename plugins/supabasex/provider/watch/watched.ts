import { createHash } from "node:crypto";
import { type Severity, severities } from "../sqlBundle/catalog/posture";

/** Values in words, by identity. A setting that is off, empty or null has the value `off`. */
export type Entries = Readonly<Record<string, string>>;

export const off = "off";

/** Entries by source. A source is absent if the credentials may not read it. */
export type Watched = Readonly<Record<string, Entries>>;

/** A difference from the baseline. */
export interface Change {
  readonly identity: string;
  readonly source: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly severity: Severity;
  /** The entry that accepts exactly this change: `edge function x @ 1a2b3c4d5e6f7081`. */
  readonly acceptance: string;
}

/** Settings that grant access, or let a program see every sign-in, when they are on. */
const openingSetting =
  /^auth setting (external_.*_enabled|sms_test_otp|sms_autoconfirm|mailer_autoconfirm|mailer_allow_unverified_email_sign_ins|saml_enabled|hook_.*|security_manual_linking_enabled|passkey_enabled|oauth_server_enabled|oauth_server_allow_dynamic_registration|custom_oauth_enabled)$/;

/** With this setting, writes skip every trigger and foreign key. */
const openingDatabaseSetting = /^database setting session_replication_role$/;

/**
 * Parts that grant access when they change. A provider of emails or text messages, for example, reads the codes in them; an identity
 * provider's address and client decide whose tokens count.
 */
const openingPart =
  /^(auth setting (smtp_(host|port|user)|sms_provider|sms_test_otp_valid_until|sms_\w+_(account_sid|access_key|api_key)|external_\w+_(url|client_ids?|skip_nonce_check)|webauthn_rp_(id|origins)|site_url|uri_allow_list|security_sb_forwarded_for_enabled)$|storage setting features\.s3Protocol\.enabled$|Data API setting (db_schema|db_extra_search_path)$|read replica|claim token|log drain|private link|GitHub connection|API key|edge function|organization (member|opt-in)|SSO provider|third-party auth|JWT signing key|temporary database access|legacy API keys|topic (subscription|data protection)|event (target|bus permission|rule|pipe)|schedule|cluster (service|task)|alarm mute rule|queue redrive|queue reader|log (subscription|metric filter|account policy|resource policy)|function (code|permission|URL|destination|event source|version|alias)|key grant|secret (rotation|copy)|network (attachment|DHCP options|flow log|endpoint|gateway|hosted zone|instance|interface|peering)|access (grant|point)|multi-region access point|instance profile|image repository permission|bucket (access granted|replication|CORS|website|inventory|analytics|logging|notification))/;

/** Settings that restrict access while they are on. */
const closingSetting =
  /^auth setting (security_captcha_enabled|security_update_password_require_reauthentication|password_.*|mfa_allow_low_aal|mfa_.*_verify_enabled|disable_signup|mailer_secure_email_change_enabled|refresh_token_rotation_enabled|sessions_(timebox|inactivity_timeout|single_per_user))$/;

/** What the account of AWS blocks in all of its buckets. Only less than before is a difference. */
const accountBlock = "account public access block";
const listIn = (value: string): string[] => value.split(", ");

/** The end of a member's value if the member has no second factor. */
export const withoutSecondFactor = ", without a second factor";

/** The end of a branch's value if it began as a copy of the project's rows, which the branch's own keys and settings guard. */
export const withData = ", with data";

/** The roles of an organization, from the weakest to the strongest. */
const memberRoles = ["read-only", "developer", "administrator", "owner"];

/** Returns whether a member has a weaker role than before and did not lose the second factor. */
function isDemotion(identity: string, before: string | undefined, after: string): boolean {
  if (!identity.startsWith("organization member ") || before === undefined) return false;
  if (after.endsWith(withoutSecondFactor) && !before.endsWith(withoutSecondFactor)) return false;
  const [was, is] = [before, after].map((role) =>
    memberRoles.indexOf(role.replace(withoutSecondFactor, "").toLowerCase()),
  );
  return was !== undefined && is !== undefined && is >= 0 && is < was;
}

/**
 * Returns whether a new value is no difference, so that the baseline takes it over: a member has a second factor now, the account blocks more, or an older
 * version of this program did not record which API key it is, or of two with the same name only one.
 */
function isTakenOver(identity: string, before: string, after: string): boolean {
  if (identity === accountBlock) return listIn(before).every((block) => listIn(after).includes(block));
  if (identity.startsWith("organization member ")) return before === `${after}${withoutSecondFactor}`;
  if (!identity.startsWith("API key ") || before.includes(", id ")) return false;
  return after.split("; ").some((key) => key.replace(/, id [0-9a-f]{8}$/, "") === before);
}

/**
 * Returns whether fewer of what was accepted exist now: tasks that run from time to time, and the interfaces of a service with a changing
 * number.
 */
function isTemporarilyLess(identity: string, before: string | undefined, after: string | undefined): boolean {
  if (before === undefined) return false;
  if (identity.startsWith("cluster task ")) return after === undefined;
  return identity.startsWith("network interfaces ") && Number(after ?? 0) < Number(before);
}

/** Returns whether this setting may only be on if accepted by name, even at the first deployment. */
export function isOpening(identity: string): boolean {
  return openingSetting.test(identity) || openingDatabaseSetting.test(identity);
}

/**
 * Returns whether an identity that is missing in the baseline may be a key that the platform introduced later, or what the account blocks now. Except for the
 * database, every section returns all keys, including those that were never set.
 */
function isPerhapsNewKey(identity: string): boolean {
  if (identity === accountBlock) return true;
  return isSetting(identity) && !identity.startsWith("database setting ") && !isOpening(identity);
}

function isSetting(identity: string): boolean {
  return / setting /.test(identity);
}

/**
 * Returns the differences from the baseline, most severe first. Skips sources that could not be read. A setting that is missing
 * in the baseline was added by the platform later, so it counts only if it grants access.
 */
export function changesSince(baseline: Watched, now: Watched): Change[] {
  const changes = Object.keys(now).flatMap((source) => {
    const [before, after] = [baseline[source] ?? {}, now[source] ?? {}];
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .flatMap((identity) =>
        changeOf(source, identity, { before: before[identity], after: after[identity] }),
      );
  });
  return severities.flatMap((severity) => changes.filter((change) => change.severity === severity));
}

function changeOf(
  source: string,
  identity: string,
  { before, after }: { readonly before: string | undefined; readonly after: string | undefined },
): Change[] {
  if ((before ?? off) === (after ?? off)) return [];
  if (isTemporarilyLess(identity, before, after)) return [];
  if (before === undefined && isPerhapsNewKey(identity)) return [];
  if (before !== undefined && after !== undefined && isTakenOver(identity, before, after)) return [];
  const acceptance = `${identity} @ ${digest(identity, after)}`;
  return [{ identity, source, before, after, severity: severityOf(identity, before, after), acceptance }];
}

function severityOf(identity: string, before: string | undefined, after: string | undefined): Severity {
  const isOn = after !== undefined && after !== off;
  if (closingSetting.test(identity) && !isOn) return "opens";
  if (identity === accountBlock) return "opens";
  if (isOn && isDemotion(identity, before, after)) return "changes";
  if (isOn && (isOpening(identity) || openingPart.test(identity))) return "opens";
  if (identity.startsWith("branch ") && after?.includes(withData)) return "opens";
  return before === undefined ? "extra" : "changes";
}

/** Returns a change in words: `added: verifyJwt false`, `60 → 6000`, `removed: preview`. */
export function changeWords({ identity, before, after }: Change): string {
  if (!isSetting(identity)) {
    if (before === undefined) return `added: ${after}`;
    if (after === undefined) return `removed: ${before}`;
  }
  return `${before ?? off} → ${after ?? off}`;
}

/** Returns a change in words, with its severity: `60 → 6000 [changes]`. */
export function changeText(change: Change): string {
  return `${changeWords(change)} [${change.severity}]`;
}

/** On in every new project, so it needs no acceptance. */
const onByDefault = "auth setting external_email_enabled";

/** Returns the baseline of a first deployment: the current values, without settings that grant access. */
function firstBaseline(now: Watched): Watched {
  const firstValue = ([identity, value]: [string, string]) =>
    [identity, isOpening(identity) && identity !== onByDefault ? off : value] as const;
  return Object.fromEntries(
    Object.entries(now).map(([source, entries]) => [
      source,
      Object.fromEntries(Object.entries(entries).map(firstValue)),
    ]),
  );
}

/**
 * Returns the baseline after a deployment. Adds the changes that are accepted by name, what the stack no longer declares, and
 * sources and settings that could not be read before.
 */
export function nextBaseline(
  baseline: Watched,
  now: Watched,
  { accepted, released }: { readonly accepted: ReadonlySet<string>; readonly released: ReadonlySet<string> },
): Watched {
  const next = new Map(
    Object.entries({ ...firstBaseline(now), ...baseline }).map(([source, entries]) => [
      source,
      new Map(Object.entries(entries)),
    ]),
  );
  for (const [source, entries] of Object.entries(now)) {
    const known = next.get(source);
    for (const [identity, value] of Object.entries(entries)) {
      const former = known?.get(identity);
      const isNewKey = former === undefined && isPerhapsNewKey(identity);
      const isSame = former !== undefined && isTakenOver(identity, former, value);
      if (isNewKey || isSame || released.has(identity)) known?.set(identity, value);
    }
  }
  for (const { source, identity, after, acceptance } of changesSince(watchedOf(next), now)) {
    if (!accepted.has(acceptance)) continue;
    if (after === undefined) next.get(source)?.delete(identity);
    else next.get(source)?.set(identity, after);
  }
  return watchedOf(next);
}

function watchedOf(sources: ReadonlyMap<string, ReadonlyMap<string, string>>): Watched {
  return Object.fromEntries([...sources].map(([source, entries]) => [source, Object.fromEntries(entries)]));
}

/** Returns a digest. It is so long that a second change with the digest of an accepted one cannot be found by brute force. */
function digest(identity: string, after: string | undefined): string {
  return createHash("sha256")
    .update(JSON.stringify([identity, after ?? null]))
    .digest("hex")
    .slice(0, 16);
}
