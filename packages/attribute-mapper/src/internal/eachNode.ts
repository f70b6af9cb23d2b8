import { missingAs } from "@lead-gateway/lead-field"
import type { Json } from "@lead-gateway/lossless-json"
import type { Directives } from "../TemplateDocument.ts"
import { reader } from "./attribute.ts"
import type { Context } from "./context.ts"
import { leaver, type Node } from "./filling.ts"

/** A list with one part for each item of a list in the payload. */
export const eachNode = (json: Directives["$each"], { path, insideItem }: Context, item: Node): Node => {
  const { $each, required = false, max_items = 100 } = json
  const read = reader($each)
  const place = path.join(".")
  const name = [$each].flat()[0] ?? ""
  const leave = leaver({ path: place, name, required, insideItem })
  const leaveItem = leaver({ path: `${place}.item`, name, required: false, insideItem: true })
  return (filling) => {
    const found = read(filling.here)
    const reason = missingAs(found)
    if (reason !== undefined) return leave(filling, reason)
    const items = (Array.isArray(found) ? found : [found]) as ReadonlyArray<unknown>
    if (items.length > max_items) return leave(filling, "too_many_items")
    const list: Array<Json> = []
    for (const [index, here] of items.entries()) {
      const inside = { ...filling, here, position: index + 1, incomplete: false }
      const value = item(inside)
      if (inside.incomplete) leaveItem(filling, "incomplete")
      else if (value !== undefined) list.push(value)
    }
    return list
  }
}
