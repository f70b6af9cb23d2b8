/**
 * Makes a page of what was read: `limit` items, and where the next page begins if one more was read.
 *
 * Read `limit + 1` items. `keyOf` is the key of the last item shown, which the next page's query gets as its cursor.
 */
export const pageOf =
  <Item, Key>(limit: number, keyOf: (item: Item) => Key) =>
  (items: ReadonlyArray<Item>): { readonly data: ReadonlyArray<Item>; readonly nextCursor: Key | null } => {
    const data = items.slice(0, limit)
    const last = data.at(-1)
    return { data, nextCursor: items.length > limit && last !== undefined ? keyOf(last) : null }
  }
