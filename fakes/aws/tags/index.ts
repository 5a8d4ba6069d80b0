export * from "./services";
export { taggable } from "./taggable";
