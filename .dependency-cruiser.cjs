// Which part may import which (docs/architecture.md, "Layers"): index.ts → stack → components → sdks, plugins/*/sdk.
const programs =
  "^(backup|probe|ops|policy|local|emulators|fakes|plugins/[^/]+/provider|plugins/provider-host)/";

const sqlBundle = "^plugins/supabasex/provider/sqlBundle";
/** The folders of the SQL bundle's provider, lowest first. */
const sqlBundleLayers = [
  "source",
  "session",
  "locks",
  "catalog",
  "history",
  "repair",
  "state",
  "apply",
  "preview",
];

/** The folders of apply/, lowest first. The entry point apply.ts and its input request.ts are in apply/ itself. */
const applyLayers = [
  "statements",
  "plan",
  "access",
  "removed",
  "send",
  "existing",
  "repeatables",
  "run",
  "rehearsal",
  "transaction",
];

/**
 * Returns the rules by which each of the folders imports only those before it.
 * @param {string} name
 * @param {string} folder
 * @param {readonly string[]} layers
 * @returns {import("dependency-cruiser").IForbiddenRuleType[]}
 */
const onlyBelow = (name, folder, layers) =>
  layers.slice(0, -1).map((layer, at) => ({
    name: `${name}-${layer}-imports-only-below`,
    comment: `${layers.join(" → ")}, each on those before it (plugins/supabasex/README.md).`,
    severity: "error",
    from: { path: `${folder}/${layer}/` },
    to: { path: `${folder}/(${layers.slice(at + 1).join("|")})/` },
  }));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...onlyBelow("sql-bundle", sqlBundle, sqlBundleLayers),
    ...onlyBelow("sql-bundle-apply", `${sqlBundle}/apply`, applyLayers),
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "foundation-is-a-leaf",
      comment: "Every folder may import foundation/, so foundation/ imports no other folder.",
      severity: "error",
      from: { path: "^foundation/" },
      to: { pathNot: "^(foundation|node_modules)/", dependencyTypesNot: ["core"] },
    },
    {
      name: "programs-know-no-components",
      comment: "Each program can be understood and run without the stack's program.",
      severity: "error",
      from: { path: programs },
      to: { path: "^(stack/|components/|(index|main)\\.ts$)" },
    },
    {
      name: "components-know-no-configuration",
      comment:
        "A component has typed arguments, so it can be used without our configuration. index.ts and stack/ map one to the other.",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "^config/(?!aws/)|^stack/|^(index|main)\\.ts$" },
    },
    {
      name: "components-know-no-programs",
      comment:
        "The stack's program only declares resources. Providers and separate programs connect to services.",
      severity: "error",
      from: { path: "^((index|main)\\.ts$|stack/|components/)" },
      to: { path: programs },
    },
    {
      name: "config-stands-below",
      severity: "error",
      from: { path: "^config/" },
      to: { path: `^(stack/|components/|sdks/|(index|main)\\.ts$)|${programs}` },
    },
    {
      name: "sdks-stand-alone",
      severity: "error",
      from: { path: "^(sdks/|plugins/[^/]+/sdk/)" },
      to: { path: `^(stack/|components/|config/|(index|main)\\.ts$)|${programs}` },
    },
    {
      name: "emulators-and-fakes-know-no-commands",
      comment:
        "local/ starts them. They use its toolchain and leaf files, never its commands, services or stack.",
      severity: "error",
      from: { path: "^(emulators|fakes)/" },
      to: { path: "^local/(commands|services|stack|plugins|cli|session)" },
    },
    {
      name: "what-is-deployed-knows-no-local-stack",
      comment: "A hosted deployment uses nothing of the local stack.",
      severity: "error",
      from: { path: "^(backup|probe|policy|bootstrap|plugins|foundation|cost)/" },
      to: { path: "^(local|emulators|fakes)/" },
    },
    {
      name: "nothing-ships-from-tests",
      severity: "error",
      from: { pathNot: "^((tests|bench)/|vitest\\.config\\.mts$)" },
      to: { path: "^(tests|bench)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|coverage|\\.local|sdks/supabase/bin)/" },
    tsConfig: { fileName: "tsconfig.typescript.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".mts", ".cjs", ".mjs", ".js", ".json"] },
  },
};
