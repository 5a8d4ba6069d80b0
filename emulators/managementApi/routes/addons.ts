import { Hono } from "hono";
import * as z from "zod";
import { ApiError, type EmulatorEnvironment, pathParameter, readBody } from "../http";
import type { Services } from "../services";
import { instanceSizes } from "./projects";

/** Variants that the API accepts for each add-on. The free sizes have no compute add-on. */
const variants: Record<string, readonly string[]> = {
  compute_instance: instanceSizes.filter((size) => size !== "nano").map((size) => `ci_${size}`),
  custom_domain: ["cd_default"],
  pitr: ["pitr_7", "pitr_14", "pitr_28"],
  ipv4: ["ipv4_default"],
};

const application = z.strictObject({
  addon_type: z.enum([...Object.keys(variants), "auth_mfa_phone", "auth_mfa_web_authn", "log_drain"]),
  addon_variant: z.string(),
});

function shownVariant(id: string) {
  return {
    id,
    name: id,
    price: { description: "not billed locally", type: "usage", interval: "hourly", amount: 0 },
  };
}

/** Routes of `billing/addons`: compute size, point-in-time recovery, IPv4 address, custom domain. */
export function addonRoutes({ store, lifecycle }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/", (context) =>
    context.json({
      selected_addons: Object.entries(context.get("project").addons).map(([type, id]) => ({
        type,
        variant: shownVariant(id),
      })),
      available_addons: Object.entries(variants).map(([type, ids]) => ({
        type,
        name: type,
        variants: ids.map(shownVariant),
      })),
    }),
  );

  routes.patch("/", async (context) => {
    const project = context.get("project");
    const { addon_type: type, addon_variant: variant } = await readBody(context, application);
    if (!variants[type]?.includes(variant)) {
      throw new ApiError(400, `addon_variant: not a variant of the add-on ${type}`);
    }
    const resized = type === "compute_instance" && project.addons[type] !== variant;
    project.addons[type] = variant;
    store.save(project);
    if (resized && project.status === "ACTIVE_HEALTHY") lifecycle.restart(project, "RESIZING");
    return context.body(null, 200);
  });

  routes.delete("/:variant", (context) => {
    const project = context.get("project");
    const variant = pathParameter(context, "variant");
    const type = Object.keys(project.addons).find((name) => project.addons[name] === variant);
    if (type === undefined) throw new ApiError(404, "The project does not have this add-on");
    delete project.addons[type];
    store.save(project);
    return context.body(null, 200);
  });

  return routes;
}
