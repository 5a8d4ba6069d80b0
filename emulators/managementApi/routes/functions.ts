import { createHash, randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as z from "zod";
import { bundleIssue } from "../functionBundle";
import {
  ApiError,
  type EmulatorContext,
  type EmulatorEnvironment,
  pathParameter,
  readBody,
  validate,
} from "../http";
import type { Services } from "../services";
import type { EdgeFunctionRecord } from "../state/record";

const slugPattern = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, "must be letters, digits, - and _");

const metadataSchema = z.strictObject({
  entrypoint_path: z.string().min(1),
  name: z.string().optional(),
  import_map_path: z.string().optional(),
  static_patterns: z.array(z.string()).optional(),
  verify_jwt: z.boolean().optional(),
});

const bulkUpdate = z.array(
  z.strictObject({
    id: z.string(),
    slug: slugPattern,
    name: z.string(),
    status: z.literal("ACTIVE"),
    version: z.number().int(),
    created_at: z.number().int().optional(),
    verify_jwt: z.boolean().optional(),
    import_map: z.boolean().optional(),
    entrypoint_path: z.string().optional(),
    import_map_path: z.string().optional(),
    ezbr_sha256: z.string().optional(),
  }),
);

/** Returns the URL of a function's file in the folder where the platform bundles it. */
function sourceUrl(ref: string, { id, version }: Pick<EdgeFunctionRecord, "id" | "version">, file: string) {
  return `file:///tmp/user_fn_${ref}_${id}_${version}/source/${file}`;
}

/** Returns a function as the API shows it. */
function shownFunction(ref: string, { files: _, import_map_path: importMap, ...known }: EdgeFunctionRecord) {
  const url = (file: string) => sourceUrl(ref, known, file);
  return {
    ...known,
    entrypoint_path: url(known.entrypoint_path),
    import_map: importMap !== undefined,
    ...(importMap && { import_map_path: url(importMap) }),
  };
}

interface Deployment {
  metadata: z.infer<typeof metadataSchema>;
  files: Map<string, Uint8Array>;
}

/** Reads the parts of a deployment: `metadata` as JSON, and one `file` per file, with its name. */
async function readDeployment(context: EmulatorContext): Promise<Deployment> {
  let form: FormData;
  try {
    form = await context.req.formData();
  } catch {
    throw new ApiError(400, "The request body is not multipart/form-data");
  }
  const text = form.get("metadata");
  if (text === null) throw new ApiError(400, "metadata: is missing");
  let json: unknown;
  try {
    json = JSON.parse(typeof text === "string" ? text : await text.text());
  } catch {
    throw new ApiError(400, "metadata: is not valid JSON");
  }
  const metadata = validate(metadataSchema, json);
  const files = new Map<string, Uint8Array>();
  for (const part of form.getAll("file")) {
    if (typeof part === "string") throw new ApiError(400, "file: a part has no file name");
    files.set(part.name, new Uint8Array(await part.arrayBuffer()));
  }
  return { metadata, files };
}

/** Routes for edge functions. Checks them like the platform's bundler and stores them, but does not run them. */
export function functionRoutes({ store }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  const find = (context: EmulatorContext): EdgeFunctionRecord => {
    const known = context.get("project").functions[pathParameter(context, "slug")];
    if (known === undefined) throw new ApiError(404, "Function not found");
    return known;
  };

  routes.get("/", (context) =>
    context.json(
      Object.values(context.get("project").functions).map((known) =>
        shownFunction(context.get("project").ref, known),
      ),
    ),
  );

  routes.post("/deploy", async (context) => {
    const project = context.get("project");
    const { metadata, files } = await readDeployment(context);
    const slug = validate(slugPattern, context.req.query("slug") ?? metadata.name);
    const before = project.functions[slug];
    const id = before?.id ?? randomUUID();
    const version = (before?.version ?? 0) + 1;
    const { entrypoint_path: entrypoint } = metadata;
    // The CLI sends an empty path if a function has no import map.
    const importMap = metadata.import_map_path || undefined;
    const issue = bundleIssue({ entrypoint, importMap, files }, (file) =>
      sourceUrl(project.ref, { id, version }, file),
    );
    if (issue !== undefined) throw new ApiError(400, `Failed to bundle the function (reason: ${issue})`);
    const now = Date.now();
    const digests = Object.fromEntries(
      [...files].map(([name, content]) => [name, store.putBlob(project.ref, content)]),
    );
    const bundle = createHash("sha256");
    for (const name of Object.keys(digests).sort()) bundle.update(`${name}\0${digests[name]}\0`);
    const deployed: EdgeFunctionRecord = {
      id,
      slug,
      name: metadata.name ?? before?.name ?? slug,
      version,
      status: "ACTIVE",
      created_at: before?.created_at ?? now,
      updated_at: now,
      ezbr_sha256: bundle.digest("hex"),
      verify_jwt: metadata.verify_jwt ?? before?.verify_jwt ?? true,
      entrypoint_path: entrypoint,
      ...(importMap !== undefined && { import_map_path: importMap }),
      files: digests,
    };
    // The CLI bundles several functions one by one, and activates them together.
    if (context.req.query("bundleOnly") === "true" || context.req.query("bundleOnly") === "1") {
      project.bundledFunctions = { ...project.bundledFunctions, [slug]: deployed };
    } else {
      project.functions[slug] = deployed;
    }
    store.save(project);
    return context.json(shownFunction(project.ref, deployed), 201);
  });

  /** Activates bundled functions, or changes the settings of deployed ones. */
  routes.put("/", async (context) => {
    const project = context.get("project");
    const updates = await readBody(context, bulkUpdate);
    const updated = updates.map(({ slug, ezbr_sha256: digest, name, verify_jwt: verifyJwt }) => {
      const bundled = project.bundledFunctions?.[slug];
      const known =
        digest === undefined || bundled?.ezbr_sha256 !== digest ? project.functions[slug] : bundled;
      if (known === undefined) throw new ApiError(400, `Function ${slug} has not been bundled`);
      return { ...known, name, ...(verifyJwt !== undefined && { verify_jwt: verifyJwt }) };
    });
    for (const known of updated) {
      project.functions[known.slug] = known;
      delete project.bundledFunctions?.[known.slug];
    }
    store.save(project);
    return context.json({ functions: updated.map((known) => shownFunction(project.ref, known)) });
  });

  routes.get("/:slug", (context) => context.json(shownFunction(context.get("project").ref, find(context))));

  routes.patch("/:slug", async (context) => {
    const known = find(context);
    const body = validate(
      z.strictObject({ name: z.string().min(1), verify_jwt: z.boolean() }).partial(),
      await context.req.json(),
    );
    if (body.name !== undefined) known.name = body.name;
    if (body.verify_jwt !== undefined) known.verify_jwt = body.verify_jwt;
    known.version += 1;
    known.updated_at = Date.now();
    store.save(context.get("project"));
    return context.json(shownFunction(context.get("project").ref, known));
  });

  routes.delete("/:slug", (context) => {
    const project = context.get("project");
    delete project.functions[find(context).slug];
    store.save(project);
    return context.body(null, 200);
  });

  routes.get("/:slug/body", (context) => {
    const { ref } = context.get("project");
    const known = find(context);
    const form = new FormData();
    form.append(
      "metadata",
      JSON.stringify({
        entrypoint_path: known.entrypoint_path,
        deno2_entrypoint_path: known.entrypoint_path,
      }),
    );
    for (const [name, digest] of Object.entries(known.files)) {
      form.append("file", new File([new Uint8Array(store.getBlob(ref, digest))], name));
    }
    return new Response(form);
  });

  return routes;
}
