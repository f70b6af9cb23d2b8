import { afterEach, assert, beforeEach, describe, it, vi } from "vitest"
import { keepSearch, keptSearch } from "../web/keptSearch.ts"

describe("a search for a person", () => {
  beforeEach(() => {
    const items = new Map<string, string>()
    vi.stubGlobal("sessionStorage", {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => items.set(key, value),
    })
  })
  afterEach(() => vi.unstubAllGlobals())

  it("is found again by a key that says nothing of the person", () => {
    const key = keepSearch({ kind: "email", value: "anna@example.com" })
    assert.match(key, /^[0-9a-f]{32}$/)
    assert.deepStrictEqual(keptSearch(key), { email: "anna@example.com" })
  })

  it("has a key of its own each time", () => {
    const search = { kind: "phone", value: "+49 151 2345678" } as const
    assert.notStrictEqual(keepSearch(search), keepSearch(search))
  })

  it("is unknown to another tab", () => {
    assert.isUndefined(keptSearch("6f1f6a4e5a3c4f7e9a1b0c8d1e2f3a4b"))
  })
})
