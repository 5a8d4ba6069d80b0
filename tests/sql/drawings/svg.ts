/** Escapes text for an SVG file. */
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

export type Attributes = Readonly<Record<string, string | number>>;

/** Returns an element on a separate line, so that a change results in a small diff. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const listed = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join("");
  return content === "" ? `<${name}${listed}/>` : `<${name}${listed}>${content}</${name}>`;
}

export function text(
  x: number,
  y: number,
  content: string,
  { attributes = {} }: { readonly attributes?: Attributes | undefined } = {},
): string {
  return element("text", { x, y, ...attributes }, escaped(content));
}

/** Returns a drawing on a white background, which is readable on light and dark pages. */
export function drawing(
  width: number,
  height: number,
  title: string,
  { parts }: { readonly parts: readonly string[] },
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-sans-serif, system-ui, sans-serif" font-size="12">`,
    element("title", {}, escaped(title)),
    element("rect", { width, height, fill: "#ffffff" }),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}
