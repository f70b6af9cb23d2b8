import { assert, describe, it } from "vitest"
import { readSearch } from "../web/search.ts"

describe("what a person types to find leads", () => {
  it.each([
    ["4711", { kind: "id", id: 4711 }],
    [" #4711 ", { kind: "id", id: 4711 }],
    ["anna@example.com", { kind: "email", value: "anna@example.com" }],
    ["+49 151 2345678", { kind: "phone", value: "+49 151 2345678" }],
    ["0151/2345678", { kind: "phone", value: "0151/2345678" }],
    ["(0151) 234-5678", { kind: "phone", value: "(0151) 234-5678" }],
    [
      "6f1f6a4e-5a3c-4f7e-9a1b-0c8d1e2f3a4b",
      { kind: "correlation_id", value: "6f1f6a4e-5a3c-4f7e-9a1b-0c8d1e2f3a4b" },
    ],
    ["form-2026-0815", { kind: "correlation_id", value: "form-2026-0815" }],
    ["12345678901234567890", { kind: "correlation_id", value: "12345678901234567890" }],
  ])("%s is a filter", (text, found) => {
    assert.deepStrictEqual(readSearch(text), found)
  })

  it("is nothing if it is blank", () => {
    assert.isUndefined(readSearch("  "))
  })
})
