import { assert, describe, expect, it } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import { routes } from "@lead-gateway/api-contract"
import { methods } from "../src/methods.ts"
import { wireTypes } from "./support/wireTypes.ts"

describe("the shapes", () => {
  it("are those of the contract (vitest --update writes them)", async () => {
    await expect(wireTypes()).toMatchFileSnapshot(fileURLToPath(new URL("../src/wire.ts", import.meta.url)))
  })

  it("have a method for each route, each of its own name", () => {
    assert.sameMembers(
      Object.keys(methods),
      routes.map(({ name }) => name),
    )
    const names = Object.values(methods).map(({ name }) => name)
    assert.lengthOf(new Set(names), names.length)
  })
})
