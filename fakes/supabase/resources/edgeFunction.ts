import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { jsonOf, type ManagementApi, unexpected } from "../../../foundation/managementApi";
import { type AnyResource, type Property, resource } from "../../engine/table";
import { asObject } from "../client";
import { globFiles } from "../localFiles";

interface EdgeFunction {
  projectRef: string;
  slug: string;
  name?: string;
  entrypoint: string;
  importMap?: string;
  staticFiles?: string[];
  checksum?: string;
  createdAt?: number;
  updatedAt?: number;
  status?: string;
  version?: number;
}

const file: Property = {
  type: "string",
  check: (value) => (existsSync(String(value)) ? undefined : "names a file that does not exist"),
};

export const edgeFunction: AnyResource<ManagementApi> = resource<ManagementApi, EdgeFunction>({
  inputs: {
    projectRef: { type: "string", required: true, replaces: true },
    slug: { type: "string", required: true, replaces: true },
    name: { type: "string" },
    entrypoint: { ...file, required: true },
    importMap: file,
    staticFiles: { type: "list" },
  },
  outputs: {
    checksum: { volatile: true },
    localChecksum: { volatile: true },
    createdAt: {},
    updatedAt: { volatile: true },
    status: {},
    version: { volatile: true },
  },
  autoname: { maxLength: 255 },

  async create(api, inputs, { signal }) {
    return { id: await deploy(api, inputs, signal) };
  },

  async read(api, id, known, { signal }) {
    const [projectRef, slug] =
      known.projectRef && known.slug ? [known.projectRef, known.slug] : id.split("/");
    const answer = await api.call("GET", `/projects/${projectRef}/functions/${slug}`, { signal });
    if (answer.status === 404) return undefined;
    const found = asObject(jsonOf(answer, 200, "read edge function"));
    return {
      id: String(found.id),
      state: {
        projectRef,
        slug,
        name: String(found.name),
        checksum: String(found.ezbr_sha256 ?? ""),
        createdAt: Number(found.created_at),
        updatedAt: Number(found.updated_at),
        status: String(found.status),
        version: Number(found.version),
      },
    };
  },

  async update(api, _id, { after }, { signal }) {
    await deploy(api, after, signal);
  },

  async delete(api, _id, { projectRef, slug }, { signal }) {
    const answer = await api.call("DELETE", `/projects/${projectRef}/functions/${slug}`, { signal });
    if (answer.status !== 200 && answer.status !== 404) throw unexpected("delete edge function", answer);
  },
});

/** Sends the entry point and the import map under their names without folders, and nothing that they import. */
async function deploy(api: ManagementApi, inputs: EdgeFunction, signal: AbortSignal): Promise<string> {
  const { projectRef, slug, name, entrypoint, importMap, staticFiles = [] } = inputs;
  const form = new FormData();
  const attach = (from: string, as: string) => form.append("file", new File([readFileSync(from)], as));
  attach(entrypoint, path.basename(entrypoint));
  if (importMap !== undefined) attach(importMap, path.basename(importMap));
  for (const staticFile of globFiles(staticFiles)) attach(staticFile, staticFile);
  const metadata = {
    entrypoint_path: path.basename(entrypoint),
    name: name ?? slug,
    ...(importMap !== undefined && { import_map_path: path.basename(importMap) }),
    ...(staticFiles.length > 0 && { static_patterns: staticFiles }),
  };
  form.append("metadata", JSON.stringify(metadata));
  const target = `/projects/${projectRef}/functions/deploy?slug=${encodeURIComponent(slug)}`;
  return String(
    asObject(
      await api.expectJson("POST", target, { status: 201, doing: "deploy edge function", form, signal }),
    ).id,
  );
}
