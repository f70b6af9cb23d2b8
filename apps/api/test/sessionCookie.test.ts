import { assert, describe, it } from "@effect/vitest"
import type { IncomingHttpHeaders, IncomingMessage } from "node:http"
import { fitsCookie, setCookies, useSession } from "../src/console/sessionCookie.ts"

const request = (headers: IncomingHttpHeaders, method = "GET") => ({ headers, method }) as IncomingMessage

/** The cookie as a browser sends it back. */
const cookieOf = (token: string, headers: IncomingHttpHeaders = {}) =>
  setCookies(request(headers), token)[0]?.split(";", 1)[0] ?? ""

const authorizationOf = (headers: IncomingHttpHeaders, method = "GET") => {
  const asked = request({ host: "leads.test", ...headers }, method)
  useSession(asked)
  return asked.headers.authorization
}

describe("the console's session", () => {
  it("is a cookie that no script reads and no other site sends", () => {
    assert.deepStrictEqual(setCookies(request({}), "lgt_abc"), [
      "lead_gateway=bGd0X2FiYw; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200",
    ])
  })

  it("is tied to the host and to TLS where the page came over TLS", () => {
    const [secure, plain] = setCookies(request({ origin: "https://leads.test" }), "lgt_abc")
    assert.match(secure ?? "", /^__Host-lead_gateway=bGd0X2FiYw; Path=\/; .*; Secure$/)
    assert.match(plain ?? "", /^lead_gateway=; .*Max-Age=0$/)
  })

  it("of TLS counts before a plain one, which other pages may set", () => {
    const secure = cookieOf("own", { origin: "https://leads.test" })
    const plain = cookieOf("of somebody else")
    for (const cookie of [`${secure}; ${plain}`, `${plain}; ${secure}`]) {
      assert.strictEqual(authorizationOf({ cookie, "sec-fetch-site": "same-origin" }), "Bearer own")
    }
  })

  it("ends with a cookie that has expired", () => {
    assert.match(setCookies(request({}), undefined).join(), /^lead_gateway=; .*Max-Age=0$/)
    assert.lengthOf(setCookies(request({ origin: "https://leads.test" }), undefined), 2)
  })

  it("makes a request of a page one with the token", () => {
    const cookie = `other=1; ${cookieOf("tökén with = and ;")}`
    assert.strictEqual(
      authorizationOf({ cookie, "sec-fetch-site": "same-origin" }),
      "Bearer tökén with = and ;",
    )
    assert.strictEqual(authorizationOf({ cookie }), "Bearer tökén with = and ;")
    assert.strictEqual(
      authorizationOf({ cookie, origin: "http://leads.test" }, "POST"),
      "Bearer tökén with = and ;",
    )
  })

  it("holds JWTs as long as browsers keep cookies, and no longer tokens", () => {
    const jwt = (length: number) => `${"h".repeat(40)}.${"p".repeat(length)}.${"s".repeat(40)}`
    assert.isTrue(fitsCookie(jwt(3900)))
    assert.isFalse(fitsCookie(jwt(4000)))
    assert.isFalse(fitsCookie("x".repeat(3100)))
    const cookie = cookieOf(jwt(3900))
    assert.isAtMost(cookie.length, 4097)
    assert.strictEqual(authorizationOf({ cookie, "sec-fetch-site": "same-origin" }), `Bearer ${jwt(3900)}`)
  })

  it("counts for no page of another origin, not even of the same site", () => {
    const cookie = cookieOf("lgt_abc")
    for (const site of ["same-site", "cross-site", "none"]) {
      assert.isUndefined(authorizationOf({ cookie, "sec-fetch-site": site }), site)
    }
    assert.isUndefined(authorizationOf({ cookie, origin: "http://other.test" }, "POST"))
    assert.isUndefined(authorizationOf({ cookie, origin: "http://leads.test:81" }, "POST"))
    assert.isUndefined(authorizationOf({ cookie }, "POST"), "a write without an origin")
  })

  it("does not count beside a credential that the request has itself", () => {
    assert.strictEqual(
      authorizationOf({ cookie: cookieOf("lgt_abc"), authorization: "Bearer own" }),
      "Bearer own",
    )
  })
})
