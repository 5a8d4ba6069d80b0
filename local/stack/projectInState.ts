import * as z from "zod";

const state = z.object({
  checkpoint: z.object({
    latest: z.object({
      resources: z
        .array(z.object({ type: z.string(), urn: z.string(), id: z.string().optional() }))
        .nullish(),
    }),
  }),
});

interface ProjectOfStack {
  readonly ref: string;
  readonly urn: string;
  /** URN of the resource that resumes a paused project when it is updated. */
  readonly platformSettingsUrn: string;
}

/** Returns the project in a stack's state; undefined while it has none. */
export function projectInState(text: string): ProjectOfStack | undefined {
  const resources = resourcesOf(text);
  const project = resources.find(({ type }) => type === "supabase:index/project:Project");
  const settings = resources.find(({ type }) => type === "supabasex:index:PlatformSettings");
  if (project?.id === undefined || settings === undefined) return undefined;
  return { ref: project.id, urn: project.urn, platformSettingsUrn: settings.urn };
}

/** Returns the ref of a stack's project as soon as the state has one, even if the rest of the stack is incomplete. */
export function projectRefInState(text: string): string | undefined {
  return resourcesOf(text).find(({ type }) => type === "supabase:index/project:Project")?.id;
}

function resourcesOf(text: string) {
  return state.parse(JSON.parse(text)).checkpoint.latest.resources ?? [];
}
