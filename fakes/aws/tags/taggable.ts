import { canonicalJson, type JsonObject, type JsonValue } from "../../../foundation/json";
import { isPropertyMap, type PropertyMap } from "../../../plugins/provider-host/values";
import type { AnyResource } from "../../engine/table";
import type { Aws } from "../client";
import { type Tags, tagsInput } from "./tags";

type CallOptions = { readonly abortSignal: AbortSignal };

/** Reads the tags of a resource. */
export type TagList = (aws: Aws, place: string, options: CallOptions) => Promise<Tags>;

/** Tag operations of a resource type's service. `place` identifies the resource: its ARN, name or URL. */
export interface Tagging {
  place(id: string, state: JsonObject): string;
  /** Absent if a read of the resource itself returns its tags. */
  readonly list?: TagList;
  add(aws: Aws, place: string, tags: Tags, options: CallOptions): Promise<unknown>;
  remove(aws: Aws, place: string, keys: string[], options: CallOptions): Promise<unknown>;
}

/**
 * Adds `tags` and `tagsAll` to a resource type. As in the official plugin, the provider's `defaultTags` are added to every
 * resource. The resource's own tags take precedence.
 */
export function taggable(base: AnyResource<Aws>, tagging: Tagging): AnyResource<Aws> {
  const withTags = async (
    aws: Aws,
    id: string,
    state: JsonObject,
    options: CallOptions,
  ): Promise<JsonObject> => {
    const tags = state.tags ?? (await tagging.list?.(aws, tagging.place(id, state), options)) ?? {};
    return { ...state, tags, tagsAll: tags };
  };
  return {
    ...base,
    inputs: { ...base.inputs, tags: tagsInput },
    outputs: { ...base.outputs, tagsAll: {} },

    complete(aws, inputs): PropertyMap {
      const defaults = aws.defaultTags;
      if (Object.keys(defaults).length === 0) return inputs;
      const { tags } = inputs;
      if (tags !== undefined && !isPropertyMap(tags)) return inputs;
      return { ...inputs, tags: { ...defaults, ...tags } };
    },

    async create(aws, state, context) {
      const made = await base.create(aws, state, context);
      const tags = tagsOf(state);
      if (Object.keys(tags).length === 0) return made;
      const known = { ...state, ...made.state } as JsonObject;
      const found = await base.read(aws, made.id, known, context);
      const place = tagging.place(made.id, { ...known, ...found?.state } as JsonObject);
      await tagging.add(aws, place, tags, { abortSignal: context.signal });
      return made;
    },

    async read(aws, id, known, context) {
      const found = await base.read(aws, id, known, context);
      if (found === undefined) return undefined;
      const options = { abortSignal: context.signal };
      const state = { ...known, tags: undefined, ...found.state } as unknown as JsonObject;
      return {
        ...found,
        state: { ...found.state, ...(await withTags(aws, found.id ?? id, state, options)) },
      };
    },

    async update(aws, id, change, context) {
      const { before, after } = change;
      if (base.update !== undefined && settings(before) !== settings(after)) {
        await base.update(aws, id, change, context);
      }
      const options = { abortSignal: context.signal };
      const place = tagging.place(id, after);
      const [had, wanted] = [tagsOf(before), tagsOf(after)];
      const removed = Object.keys(had).filter((key) => !Object.hasOwn(wanted, key));
      if (removed.length > 0) await tagging.remove(aws, place, removed, options);
      const changed = Object.entries(wanted).filter(([key, value]) => had[key] !== value);
      if (changed.length > 0) await tagging.add(aws, place, Object.fromEntries(changed), options);
    },
  };

  /** Returns the inputs without the tags, as text. */
  function settings(state: JsonObject): string {
    const entries = Object.keys(base.inputs).map((key) => [key, state[key] ?? null] as const);
    return canonicalJson(Object.fromEntries(entries));
  }
}

function tagsOf({ tags = {} }: Readonly<Record<string, JsonValue | undefined>>): Tags {
  return tags as Tags;
}
