import type { CheckFailure, CheckRequest, CheckResponse } from "../../../provider-host/provider";
import {
  containsUnknown,
  isPropertyMap,
  reveal,
  Secret,
  Unknown,
  type Value,
} from "../../../provider-host/values";
import {
  bundleAcceptance,
  bundleBaseline,
  bundleChoices,
  bundleSwitches,
  defaultLimits,
} from "../../bundleArguments";
import { baselineIssue, kindOf } from "../../bundleFiles";
import { bundleInputs } from "./inputs";
import { misnamedFiles } from "./source/files";
import { outlookFor } from "./state/outlook";

/** Validates inputs and fills in defaults. Reports all issues at once, and accepts values that are not known yet. */
export function checkBundle(request: CheckRequest): CheckResponse {
  const { inputs, oldInputs } = request;
  const failures: CheckFailure[] = [];
  const reportIssue = (property: string, reason: string) => failures.push({ property, reason });

  for (const key of Object.keys(inputs)) {
    if (!knownInputs.has(key)) reportIssue(key, "is not an input of SqlBundle");
  }
  for (const key of ["name", "directory"]) {
    const value = inputs[key];
    if (!(value instanceof Unknown) && (typeof value !== "string" || value === ""))
      reportIssue(key, "must be a string");
  }
  if (
    typeof oldInputs.name === "string" &&
    typeof inputs.name === "string" &&
    oldInputs.name !== inputs.name
  ) {
    reportIssue(
      "name",
      `cannot change: the database's record of what was applied is kept under ${oldInputs.name}`,
    );
  }
  checkFiles(inputs.files, reportIssue);
  checkConnection(inputs.connection, reportIssue);
  checkTexts(inputs.requires, "requires", reportIssue);
  checkLimits(inputs.limits, reportIssue);
  oneOf(inputs.dryRun, { property: "dryRun", choices: bundleChoices.dryRun.values, reportIssue });
  oneOf(inputs.prune, { property: "prune", choices: bundleChoices.prune.values, reportIssue });
  oneOf(inputs.hazards, { property: "hazards", choices: bundleChoices.hazards.values, reportIssue });
  oneOf(inputs.watch, { property: "watch", choices: bundleChoices.watch.values, reportIssue });
  for (const entry of listOf(inputs.accept)) {
    if (isKnown(entry) && (typeof entry !== "string" || !bundleAcceptance.pattern.test(entry)))
      reportIssue("accept", bundleAcceptance.reason);
  }
  for (const key of Object.keys(bundleSwitches)) {
    const value = inputs[key];
    if (isKnown(value) && typeof value !== "boolean") reportIssue(key, "must be true or false");
  }
  if (isKnown(inputs.baseline) && !bundleBaseline.pattern.test(String(inputs.baseline))) {
    reportIssue("baseline", bundleBaseline.reason);
  } else if (isKnown(inputs.baseline) && isPropertyMap(inputs.files)) {
    const problem = baselineIssue(String(inputs.baseline), Object.keys(inputs.files));
    if (problem !== undefined) reportIssue("baseline", problem.reason);
  }
  const limits = isPropertyMap(inputs.limits) ? inputs.limits : {};
  return {
    inputs: {
      ...inputs,
      limits: inputs.limits instanceof Unknown ? inputs.limits : { ...defaultLimits, ...limits },
      dryRun: inputs.dryRun ?? bundleChoices.dryRun.values[0],
      prune: inputs.prune ?? bundleChoices.prune.values[0],
      hazards: inputs.hazards ?? bundleChoices.hazards.values[0],
      watch: inputs.watch ?? bundleChoices.watch.values[0],
      ...(inputs.connection === undefined ? {} : { connection: secret(inputs.connection) }),
      ...outlookFor(oldInputs, inputs.prune === "drop"),
    },
    failures,
  };
}

const knownInputs = new Set([
  ...["name", "directory", "files", "connection", "requires", "limits", "dryRun", "prune"],
  ...["baseline", "hazards", "watch", "accept", "declared"],
  ...Object.keys(bundleSwitches),
]);

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

type ReportIssue = (property: string, reason: string) => void;

function checkFiles(files: Value | undefined, reportIssue: ReportIssue): void {
  if (files instanceof Unknown) return;
  if (!isPropertyMap(files)) {
    reportIssue("files", "must be an object: path → SHA-256");
    return;
  }
  for (const [path, sha256] of Object.entries(files)) {
    if (sha256 instanceof Unknown) continue;
    const property = `files[${JSON.stringify(path)}]`;
    if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256))
      reportIssue(property, "must be a SHA-256 in hex");
    if (kindOf(path) === undefined)
      reportIssue(property, "must be a .sql file below migrations/ or repeatable/");
  }
  if (containsUnknown(files)) return;
  for (const { path, reason } of misnamedFiles(bundleInputs({ name: "", directory: "", files }).files)) {
    reportIssue(`files[${JSON.stringify(path)}]`, reason);
  }
}

function checkConnection(connection: Value | undefined, reportIssue: ReportIssue): void {
  if (connection === undefined || connection === null) {
    reportIssue("connection", "is missing");
    return;
  }
  if (containsUnknown(connection)) return;
  const known = reveal(connection);
  if (!isPropertyMap(known)) {
    reportIssue("connection", "must be an object: host, port, user, password, database");
    return;
  }
  // The values are secret, so no reason may contain one.
  for (const key of ["host", "user", "password", "database"]) {
    if (typeof known[key] !== "string" || known[key] === "")
      reportIssue(`connection.${key}`, "must be a string");
  }
  const port = Number(known.port ?? 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    reportIssue("connection.port", "must be a port number");
  oneOf(known.sslMode, {
    property: "connection.sslMode",
    choices: bundleChoices.sslMode.values,
    reportIssue,
  });
}

function checkTexts(values: Value | undefined, property: string, reportIssue: ReportIssue): void {
  if (!isKnown(values)) return;
  if (!Array.isArray(values) || values.some((value) => isKnown(value) && typeof value !== "string")) {
    reportIssue(property, "must be a list of strings");
  }
}

function checkLimits(limits: Value | undefined, reportIssue: ReportIssue): void {
  if (!isKnown(limits)) return;
  if (!isPropertyMap(limits)) {
    reportIssue("limits", "must be an object");
    return;
  }
  for (const [key, value] of Object.entries(limits)) {
    if (!Object.hasOwn(defaultLimits, key)) reportIssue(`limits.${key}`, "is not a limit");
    else if (isKnown(value) && (typeof value !== "number" || value < 0)) {
      reportIssue(`limits.${key}`, "must be a number of at least 0");
    }
  }
}

function oneOf(
  value: Value | undefined,
  {
    property,
    choices,
    reportIssue,
  }: { readonly property: string; readonly choices: readonly string[]; readonly reportIssue: ReportIssue },
): void {
  if (isKnown(value) && !choices.includes(String(value)))
    reportIssue(property, `must be ${choices.join(" or ")}`);
}

function isKnown(value: Value | undefined): value is Exclude<Value, null | Unknown> {
  return value !== undefined && value !== null && !(value instanceof Unknown);
}

function secret(value: Value): Value {
  return value instanceof Secret || value instanceof Unknown ? value : new Secret(value);
}
