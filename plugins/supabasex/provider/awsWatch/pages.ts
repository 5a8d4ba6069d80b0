/** Returns the items of all pages of a list, and stops between two pages if the engine gives up. */
export async function allItems<Page, Item>(
  pages: AsyncIterable<Page>,
  signal: AbortSignal,
  itemsIn: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) {
    signal.throwIfAborted();
    items.push(...(itemsIn(page) ?? []));
  }
  return items;
}
