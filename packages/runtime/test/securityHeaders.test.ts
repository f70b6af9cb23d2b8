import { assert, it } from "@effect/vitest"
import { securityHeaders } from "@lead-gateway/runtime"

it("an answer loads nothing, is framed, embedded and kept by nobody, and is read as what it says", () => {
  assert.deepStrictEqual(securityHeaders, {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
  })
})
