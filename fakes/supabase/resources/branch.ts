import { type ManagementApi, unexpected } from "../../../foundation/managementApi";
import { type AnyResource, resource } from "../../engine/table";
import { asObject, asObjects } from "../client";

interface Branch {
  parentProjectRef: string;
  gitBranch: string;
  persistent?: boolean;
  region?: string;
  database?: {
    host: string;
    id: string;
    jwtSecret: string;
    password: string;
    port: number;
    status: string;
    user: string;
    version: string;
  };
}

export const branch: AnyResource<ManagementApi> = resource<ManagementApi, Branch>({
  inputs: {
    parentProjectRef: { type: "string", required: true },
    gitBranch: { type: "string", required: true },
    persistent: { type: "boolean", computed: true },
    region: { type: "string", replaces: true },
  },
  outputs: { database: { secret: true } },

  async create(api, { parentProjectRef, gitBranch, persistent, region }, { signal }) {
    const path = `/projects/${parentProjectRef}/branches`;
    const listed = await api.call("GET", path, { signal });
    if (listed.status !== 422 && listed.status !== 200) throw unexpected("list branches", listed);
    if (listed.status === 422 || asObjects(listed.json).length === 0) {
      const body = { branch_name: "Production", is_default: true };
      await api.expect("POST", path, { status: 201, doing: "enable branching", body, signal });
    }
    const body = {
      branch_name: gitBranch,
      git_branch: gitBranch,
      persistent: persistent ?? false,
      ...(region !== undefined && { region }),
    };
    const created = await api.expectJson("POST", path, { status: 201, doing: "create branch", body, signal });
    return { id: String(asObject(created).id) };
  },

  async read(api, id, known, { signal }) {
    const found = asObject(
      await api.expectJson("GET", `/branches/${id}`, { status: 200, doing: "read branch", signal }),
    );
    const database: Branch["database"] = {
      host: String(found.db_host),
      id: String(found.ref),
      jwtSecret: String(found.jwt_secret ?? ""),
      password: String(found.db_pass ?? ""),
      port: Number(found.db_port),
      status: String(found.status),
      user: String(found.db_user ?? ""),
      version: String(found.postgres_version),
    };
    // An import does not know the parent, so it cannot check whether the branch is persistent.
    if (known.parentProjectRef === undefined) return { state: { database } };
    const path = `/projects/${known.parentProjectRef}/branches`;
    const listed = asObjects(
      await api.expectJson("GET", path, { status: 200, doing: "list branches", signal }),
    );
    const own = listed.find((row) => row.id === id);
    return { state: { database, ...(own && { persistent: own.persistent === true }) } };
  },

  async update(api, id, { after }, { signal }) {
    const { gitBranch, persistent = false } = after;
    const body = { branch_name: gitBranch, git_branch: gitBranch, persistent };
    await api.expect("PATCH", `/branches/${id}`, { status: 200, doing: "update branch", body, signal });
  },

  async delete(api, id, _state, { signal }) {
    const first = await api.call("DELETE", `/branches/${id}`, { signal });
    if (first.status === 200) return;
    if (first.status !== 422) throw unexpected("delete branch", first);
    const body = { persistent: false };
    await api.expect("PATCH", `/branches/${id}`, {
      status: 200,
      doing: "make branch deletable",
      body,
      signal,
    });
    await api.expect("DELETE", `/branches/${id}`, { status: 200, doing: "delete branch", signal });
  },
});
