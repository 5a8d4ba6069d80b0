/** Settings that determine as which role, or with which code, statements run, and whether guards run. */
const openingSettings: ReadonlySet<string> = new Set([
  "check_function_bodies",
  "createrole_self_grant",
  "dynamic_library_path",
  "event_triggers",
  "lo_compat_privileges",
  "local_preload_libraries",
  "password_encryption",
  "plpgsql.check_asserts",
  "plpgsql.variable_conflict",
  "plv8.start_proc",
  "role",
  "row_security",
  "safeupdate.enabled",
  "search_path",
  "session_authorization",
  "session_preload_libraries",
  "session_replication_role",
  "standard_conforming_strings",
  // Policies compare the time of day.
  "TimeZone",
  "transform_null_equals",
]);

/**
 * Settings of the Data API, what it says about a request (`auth.uid()` reads the caller's ID there), the channel of a session of Realtime
 * (`realtime.topic()` reads it), and those with which Storage tells its triggers what they may let pass.
 */
const openingPrefix = /^(pgrst|realtime|request|storage|supautils)\./;

/** Returns whether a setting determines what the API exposes, as which role statements run, or whether guards run. */
export function isOpeningSetting(name: string): boolean {
  return openingSettings.has(name) || openingPrefix.test(name);
}
