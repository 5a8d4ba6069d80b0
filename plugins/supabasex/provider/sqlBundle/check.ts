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
import { baselineFault, kindOf } from "../../bundleFiles";
import { bundleInputs } from "./inputs";
import { misnamedFiles } from "./source/files";
import { outlookFor } from "./state/outlook";

/** Validates inputs and fills in defaults. Reports all faults at once, and accepts values that are not known yet. */
export function checkBundle(request: CheckRequest): CheckResponse {
  const { inputs, oldInputs } = request;
  const failures: CheckFailure[] = [];
  const fault = (property: string, reason: string) => failures.push({ property, reason });

  for (const key of Object.keys(inputs)) {
    if (!knownInputs.has(key)) fault(key, "is not an input of SqlBundle");
  }
  for (const key of ["name", "directory"]) {
    const value = inputs[key];
    if (!(value instanceof Unknown) && (typeof value !== "string" || value === ""))
      fault(key, "must be a string");
  }
  if (
    typeof oldInputs.name === "string" &&
    typeof inputs.name === "string" &&
    oldInputs.name !== inputs.name
  ) {
    fault("name", `cannot change: the database's record of what was applied is kept under ${oldInputs.name}`);
  }
  checkFiles(inputs.files, fault);
  checkConnection(inputs.connection, fault);
  checkTexts(inputs.requires, "requires", fault);
  checkLimits(inputs.limits, fault);
  oneOf(inputs.dryRun, "dryRun", bundleChoices.dryRun.values, fault);
  oneOf(inputs.prune, "prune", bundleChoices.prune.values, fault);
  oneOf(inputs.hazards, "hazards", bundleChoices.hazards.values, fault);
  oneOf(inputs.watch, "watch", bundleChoices.watch.values, fault);
  for (const entry of listOf(inputs.accept)) {
    if (isKnown(entry) && (typeof entry !== "string" || !bundleAcceptance.pattern.test(entry)))
      fault("accept", bundleAcceptance.reason);
  }
  for (const key of Object.keys(bundleSwitches)) {
    const value = inputs[key];
    if (isKnown(value) && typeof value !== "boolean") fault(key, "must be true or false");
  }
  if (isKnown(inputs.baseline) && !bundleBaseline.pattern.test(String(inputs.baseline))) {
    fault("baseline", bundleBaseline.reason);
  } else if (isKnown(inputs.baseline) && isPropertyMap(inputs.files)) {
    const problem = baselineFault(String(inputs.baseline), Object.keys(inputs.files));
    if (problem !== undefined) fault("baseline", problem.reason);
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

type Fault = (property: string, reason: string) => void;

function checkFiles(files: Value | undefined, fault: Fault): void {
  if (files instanceof Unknown) return;
  if (!isPropertyMap(files)) {
    fault("files", "must be an object: path → SHA-256");
    return;
  }
  for (const [path, sha256] of Object.entries(files)) {
    if (sha256 instanceof Unknown) continue;
    const property = `files[${JSON.stringify(path)}]`;
    if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256))
      fault(property, "must be a SHA-256 in hex");
    if (kindOf(path) === undefined) fault(property, "must be a .sql file below migrations/ or repeatable/");
  }
  if (containsUnknown(files)) return;
  for (const { path, reason } of misnamedFiles(bundleInputs({ name: "", directory: "", files }).files)) {
    fault(`files[${JSON.stringify(path)}]`, reason);
  }
}

function checkConnection(connection: Value | undefined, fault: Fault): void {
  if (connection === undefined || connection === null) {
    fault("connection", "is missing");
    return;
  }
  if (containsUnknown(connection)) return;
  const known = reveal(connection);
  if (!isPropertyMap(known)) {
    fault("connection", "must be an object: host, port, user, password, database");
    return;
  }
  // The values are secret, so no reason may contain one.
  for (const key of ["host", "user", "password", "database"]) {
    if (typeof known[key] !== "string" || known[key] === "") fault(`connection.${key}`, "must be a string");
  }
  const port = Number(known.port ?? 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65535) fault("connection.port", "must be a port number");
  oneOf(known.sslMode, "connection.sslMode", bundleChoices.sslMode.values, fault);
}

function checkTexts(values: Value | undefined, property: string, fault: Fault): void {
  if (!isKnown(values)) return;
  if (!Array.isArray(values) || values.some((value) => isKnown(value) && typeof value !== "string")) {
    fault(property, "must be a list of strings");
  }
}

function checkLimits(limits: Value | undefined, fault: Fault): void {
  if (!isKnown(limits)) return;
  if (!isPropertyMap(limits)) {
    fault("limits", "must be an object");
    return;
  }
  for (const [key, value] of Object.entries(limits)) {
    if (!Object.hasOwn(defaultLimits, key)) fault(`limits.${key}`, "is not a limit");
    else if (isKnown(value) && (typeof value !== "number" || value < 0)) {
      fault(`limits.${key}`, "must be a number of at least 0");
    }
  }
}

function oneOf(value: Value | undefined, property: string, choices: readonly string[], fault: Fault): void {
  if (isKnown(value) && !choices.includes(String(value))) fault(property, `must be ${choices.join(" or ")}`);
}

function isKnown(value: Value | undefined): value is Exclude<Value, null | Unknown> {
  return value !== undefined && value !== null && !(value instanceof Unknown);
}

function secret(value: Value): Value {
  return value instanceof Secret || value instanceof Unknown ? value : new Secret(value);
}
