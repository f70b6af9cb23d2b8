/** The session: begins with a token, ends with it, and belongs to the console's origin alone. */
import { assert } from "@effect/vitest"
import { accessibilityFaults } from "../support/accessibility.ts"
import { adminToken, type ConsoleTests, visiting } from "../support/ConsoleWorld.ts"
import { signIn } from "../support/signIn.ts"

export const sessionTests = (it: ConsoleTests): void => {
  it.effect("takes a token for a cookie that no script reads, and forgets it at the end", () =>
    visiting(async ({ target, visit }) => {
      // The browser itself reports that the wrong token was refused.
      const { page } = await visit({ refusals: [401] })
      await page.goto(`${target.url}/console`)
      await page.getByLabel("Token").fill("wrong-token")
      await page.getByRole("button", { name: "Sign in" }).click()
      await page.getByText("The gateway does not know this token").waitFor()
      await signIn(page, adminToken)
      await page.getByRole("heading", { name: "Overview" }).waitFor()
      const cookies = await page.context().cookies()
      assert.deepStrictEqual(
        cookies.map(({ httpOnly, name, sameSite }) => ({ httpOnly, name, sameSite })),
        [{ httpOnly: true, name: "lead_gateway", sameSite: "Strict" }],
      )
      assert.strictEqual(await page.evaluate("document.cookie"), "")
      await page.reload()
      await page.getByRole("heading", { name: "Overview" }).waitFor()
      await page.getByRole("button", { name: "Sign out" }).click()
      await page.getByRole("button", { name: "Sign in" }).waitFor()
      assert.deepStrictEqual(await page.context().cookies(), [])
    }),
  )

  it.effect("says what is wrong with a token that no cookie or header can hold", () =>
    visiting(async ({ target, visit }) => {
      const { page } = await visit({ refusals: [400] })
      await page.goto(`${target.url}/console`)
      const offer = async (token: string) => {
        await page.getByLabel("Token").fill(token)
        await page.getByRole("button", { name: "Sign in" }).click()
      }
      await offer("x".repeat(4000))
      await page.getByText("this token is too long for a browser's cookie").waitFor()
      await offer("tökén – of a text")
      await page.getByText("The gateway does not know this token").waitFor()
      assert.strictEqual(await page.getByText("could not be reached").count(), 0)
    }),
  )

  it.effect("leaves nothing of a person whose session has ended to the next one in the same tab", () =>
    visiting(async ({ ask, target, visit }) => {
      const made = (name: string) =>
        ask<{ readonly id: number; readonly token: string }>("/tokens", {
          method: "POST",
          body: { name, role: "operator" },
        })
      const [first, next] = [await made("first"), await made("next")]
      const { page } = await visit({ refusals: [401] })
      await page.goto(`${target.url}/console/rules`)
      await signIn(page, first.token)
      const draft = page.getByLabel("Draft", { exact: true }).getByRole("textbox")
      await draft.press("Control+End")
      await page.keyboard.type(" of the first one")
      // As the api answers some seconds after the token was revoked.
      await page.route("**/health/deep", (route) =>
        route.fulfill({ status: 401, json: { error: "unauthorized", correlation_id: "c" } }),
      )
      await page.getByRole("link", { name: "Health" }).click()
      await page.getByLabel("Token").waitFor()
      await page.unroute("**/health/deep")
      // The page is loaded anew.
      const loaded = page.waitForEvent("load")
      await signIn(page, next.token)
      await loaded
      await page.getByRole("banner").getByText("next").waitFor()
      await page.getByRole("link", { name: "Rules" }).click()
      await draft.waitFor()
      assert.notInclude(await draft.inputValue(), "of the first one")
    }),
  )

  it.effect("asks for the token without a fault of accessibility, and without a question to the api", () =>
    visiting(async ({ target, visit }) => {
      const { page, requests } = await visit({ bypassCSP: true })
      await page.goto(`${target.url}/console/leads`)
      await page.getByRole("button", { name: "Sign in" }).waitFor()
      assert.deepStrictEqual(await accessibilityFaults(page), [])
      assert.deepStrictEqual(requests, [])
    }),
  )

  it.effect("does not let another origin of the same site use the session", () =>
    visiting(async ({ target, visit }) => {
      const { page } = await visit()
      await page.goto(`${target.url}/console`)
      await signIn(page, adminToken)
      const [cookie] = await page.context().cookies()
      const header = `${cookie?.name}=${cookie?.value}`
      const ask = (headers: Readonly<Record<string, string>>) =>
        fetch(`${target.url}/api/v1/customers/default/pause`, {
          method: "POST",
          headers: { Cookie: header, ...headers },
        })
      assert.strictEqual((await ask({})).status, 401, "without an origin")
      assert.strictEqual((await ask({ Origin: "http://evil.example" })).status, 403, "another origin")
      assert.strictEqual(
        (await ask({ "Sec-Fetch-Site": "same-site", Origin: target.url })).status,
        403,
        "same site",
      )
      assert.strictEqual((await ask({ Origin: target.url })).status, 200, "its own")
      const resumed = await fetch(`${target.url}/api/v1/customers/default/resume`, {
        method: "POST",
        headers: { Authorization: `Bearer ${adminToken}` },
      })
      assert.strictEqual(resumed.status, 200)
    }),
  )
}
