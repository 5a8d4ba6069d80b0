import { createHash } from "node:crypto";
import { type Severity, severities } from "../sqlBundle/catalog/posture";

/** Identity → value, in words. A setting that is off, empty or null has the value `off`. */
export type Entries = Readonly<Record<string, string>>;

export const off = "off";

/** Source → its entries; absent where the credentials may not ask. */
export type Watched = Readonly<Record<string, Entries>>;

/** How one thing differs from the baseline. */
export interface Change {
  readonly identity: string;
  readonly source: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly severity: Severity;
  /** The entry that accepts this change, and no other: `edge function x @ 1a2b3c4d`. */
  readonly acceptance: string;
}

/** Settings that let somebody in, or let a program see every sign-in, as soon as they are on. */
const openingSetting =
  /^auth setting (external_.*_enabled|sms_test_otp|sms_autoconfirm|mailer_autoconfirm|mailer_allow_unverified_email_sign_ins|saml_enabled|hook_.*|security_manual_linking_enabled|passkey_enabled|oauth_server_enabled|oauth_server_allow_dynamic_registration|custom_oauth_enabled)$/;

/** Makes writes skip every trigger and foreign key. */
const openingDatabaseSetting = /^database setting session_replication_role$/;

const openingPart =
  /^(API key|edge function|organization member|SSO provider|third-party auth|legacy API keys|topic subscription|event target|schedule|cluster service|log subscription|bucket (access granted|replication|CORS|website|inventory|logging|notification))/;

/** Settings that keep somebody out as long as they are on. */
const closingSetting =
  /^auth setting (security_captcha_enabled|security_update_password_require_reauthentication|password_.*|mfa_allow_low_aal)$/;

/** Returns whether something of this name may only be on where somebody accepted it, also at the first deployment. */
export function isOpening(identity: string): boolean {
  return openingSetting.test(identity) || openingDatabaseSetting.test(identity);
}

/**
 * Returns whether an identity that the baseline does not know may be a key that the platform introduced since: sections but the
 * database's answer every key that there is, also those that nobody set.
 */
function isPerhapsNewKey(identity: string): boolean {
  return isSetting(identity) && !identity.startsWith("database setting ") && !isOpening(identity);
}

function isSetting(identity: string): boolean {
  return / setting /.test(identity);
}

/**
 * Returns what differs from the baseline, the worst first. A source that could not be asked is not compared. A setting that the
 * baseline does not know is one that the platform added since: it counts only if it opens something.
 */
export function changesSince(baseline: Watched, now: Watched): Change[] {
  const changes = Object.keys(now).flatMap((source) => {
    const [before, after] = [baseline[source] ?? {}, now[source] ?? {}];
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .flatMap((identity) => changeOf(source, identity, before[identity], after[identity]));
  });
  return severities.flatMap((severity) => changes.filter((change) => change.severity === severity));
}

function changeOf(
  source: string,
  identity: string,
  before: string | undefined,
  after: string | undefined,
): Change[] {
  if ((before ?? off) === (after ?? off)) return [];
  if (before === undefined && isPerhapsNewKey(identity)) return [];
  const acceptance = `${identity} @ ${digest(identity, after)}`;
  return [{ identity, source, before, after, severity: severityOf(identity, before, after), acceptance }];
}

function severityOf(identity: string, before: string | undefined, after: string | undefined): Severity {
  const isOn = after !== undefined && after !== off;
  if (closingSetting.test(identity) && !isOn) return "opens";
  if (isOn && (isOpening(identity) || openingPart.test(identity))) return "opens";
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

/** On in every new project, so that it being on says nothing about anybody. */
const onByDefault = "auth setting external_email_enabled";

/** Returns the baseline of a first deployment: what is there, without settings that open something. */
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
 * Returns the baseline after a deployment: with the changes taken over that are accepted by name, with what the stack declared
 * until now and leaves from now on, and with the sources and settings that could not be asked before.
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
      const isNewKey = !known?.has(identity) && isPerhapsNewKey(identity);
      if (isNewKey || released.has(identity)) known?.set(identity, value);
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

function digest(identity: string, after: string | undefined): string {
  return createHash("sha256")
    .update(JSON.stringify([identity, after ?? null]))
    .digest("hex")
    .slice(0, 8);
}
