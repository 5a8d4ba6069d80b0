import type { ResourceRule } from "../rule";
import { property } from "../rule";

export const scheduleRetriesBriefly: ResourceRule = {
  name: "schedule-retries-briefly",
  description: "A schedule retries at most three times, within an hour.",
  severity: "medium",
  controls: [],
  types: ["aws:scheduler/schedule:Schedule"],
  problem: ({ target }) => {
    const retry = property(target, "retryPolicy");
    const [attempts, age] = ["maximumRetryAttempts", "maximumEventAgeInSeconds"].map((name) =>
      property(retry, name),
    );
    return typeof attempts === "number" && attempts <= 3 && typeof age === "number" && age <= 3600
      ? undefined
      : "must retry at most 3 times within 3600 seconds";
  },
};
