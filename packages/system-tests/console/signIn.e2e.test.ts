import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { accepted, ConsoleWorld } from "./support/ConsoleWorld.ts"

const env = {
  ENABLE_AUTH: "true",
  SHARED_SECRET: "sender-secret-1",
  OPERATOR_TOKENS: "operator-token-1",
}

const withWorld = (test: (world: ConsoleWorld["Service"]) => Promise<void>) =>
  Effect.flatMap(ConsoleWorld, (world) => Effect.promise(() => test(world)))

layer(ConsoleWorld.layer(env), { excludeTestServices: true, timeout: "120 seconds" })("signing in", (it) => {
  it.effect("takes a token for a cookie that no script reads, and forgets it at the end", () =>
    withWorld(async ({ target, visit }) => {
      const { faults, page } = await visit()
      await page.goto(`${target.url}/console`)
      await page.getByLabel("Token").fill("wrong-token")
      await page.getByRole("button", { name: "Sign in" }).click()
      await page.getByText("The gateway does not know this token").waitFor()
      await page.getByLabel("Token").fill("operator-token-1")
      await page.getByRole("button", { name: "Sign in" }).click()
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
      assert.deepStrictEqual(faults, [])
    }),
  )

  it.effect("as a viewer shows leads without values, and nothing that changes them", () =>
    withWorld(async ({ send, target, visit }) => {
      const id = await send({ ...accepted, email: "secret.person@example.com" })
      const response = await fetch(`${target.url}/api/v1/tokens`, {
        method: "POST",
        headers: { Authorization: "Bearer operator-token-1", "Content-Type": "application/json" },
        body: JSON.stringify({ name: "dashboard", role: "viewer" }),
      })
      const { id: tokenId, token } = (await response.json()) as {
        readonly id: number
        readonly token: string
      }
      const { page } = await visit()
      await page.goto(`${target.url}/console/leads/${id}`)
      await page.getByLabel("Token").fill(token)
      await page.getByRole("button", { name: "Sign in" }).click()
      await page.getByRole("heading", { name: `Lead ${id}` }).waitFor()
      await page.getByText("What happened").waitFor()
      const text = await page.locator("main").innerText()
      assert.notInclude(text, "secret.person")
      for (const name of ["Replay", "Show values"]) {
        assert.strictEqual(await page.getByRole("button", { name }).count(), 0, name)
      }
      assert.strictEqual(await page.getByRole("link", { name: "Access" }).count(), 0)

      // Revoked: the next question ends the session.
      await fetch(`${target.url}/api/v1/tokens/${tokenId}`, {
        method: "DELETE",
        headers: { Authorization: "Bearer operator-token-1" },
      })
      const status = async () =>
        (await fetch(`${target.url}/api/v1/me`, { headers: { Authorization: `Bearer ${token}` } })).status
      // Every api knows within seconds.
      while ((await status()) !== 401) await new Promise((resolve) => setTimeout(resolve, 200))
      await page.getByRole("link", { name: "Leads", exact: true }).click()
      await page.getByRole("button", { name: "Sign in" }).waitFor()
    }),
  )

  it.effect("does not let another origin of the same site use the session", () =>
    withWorld(async ({ target, visit }) => {
      const { page } = await visit()
      await page.goto(`${target.url}/console`)
      await page.getByLabel("Token").fill("operator-token-1")
      await page.getByRole("button", { name: "Sign in" }).click()
      await page.getByRole("heading", { name: "Overview" }).waitFor()
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
    }),
  )
})
