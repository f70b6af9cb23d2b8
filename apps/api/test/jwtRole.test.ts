import { assert, describe, it } from "@effect/vitest"
import { roleOf } from "../src/jwtRole.ts"

const url = "https://leads.example/role"

describe("the role in a JWT", () => {
  it("is in a claim, at a path, or in a list of either", () => {
    const cases = [
      [{ role: "admin" }, "role", "admin"],
      [{ roles: ["viewer"] }, "roles", "viewer"],
      [{ roles: ["viewer", "x", "admin", "operator"] }, "roles", "admin"],
      [{ realm_access: { roles: ["operator"] } }, "realm_access.roles", "operator"],
      [{ [url]: "viewer" }, url, "viewer"],
      [{ "a.b": "admin", a: { b: "viewer" } }, "a.b", "admin"],
    ] as const
    for (const [claims, claim, role] of cases) assert.strictEqual(roleOf(claims, claim), role)
  })

  it("is none for anything else", () => {
    const cases: ReadonlyArray<readonly [claims: Record<string, unknown>, claim: string]> = [
      [{}, "role"],
      [{ role: "root" }, "role"],
      [{ role: "ADMIN" }, "role"],
      [{ role: " admin" }, "role"],
      [{ role: "viewer admin" }, "role"],
      [{ role: true }, "role"],
      [{ role: 1 }, "role"],
      [{ role: null }, "role"],
      [{ role: { 0: "admin" } }, "role"],
      [{ role: [["admin"]] }, "role"],
      [{ roles: [] }, "roles"],
      [{ a: "admin" }, "a.b"],
      [{ a: { b: "admin" } }, "a"],
      [{}, "constructor.name"],
      [{}, "__proto__"],
      [{ role: "admin" }, ""],
    ]
    for (const [claims, claim] of cases) assert.isUndefined(roleOf(claims, claim), JSON.stringify(claims))
  })
})
