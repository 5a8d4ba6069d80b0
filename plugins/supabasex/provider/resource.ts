import type { Provider } from "../../host/provider";

/** One type of resource: what a provider does, for that type alone. */
export type Resource = Pick<Provider, "check" | "diff" | "create" | "read" | "update" | "delete">;
