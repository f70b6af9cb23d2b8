import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour, TestCustomer } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { command, startGateway } from "./support/apps.ts"
import { validLead } from "./support/leads.ts"

const secrets = { SHARED_SECRET: "secret-of-senders", OPERATOR_TOKENS: "token-of-the-setting" }

/** The address of a port that nobody listens on. */
const nobody = Effect.promise(
  () =>
    new Promise<string>((resolve) => {
      const server = createServer()
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        server.close(() => resolve(`http://127.0.0.1:${port}`))
      })
    }),
)

describe("lead-gateway healthcheck and smoke", () => {
  it.live(
    "say whether a running gateway is ready and brings a lead to its end, and send no customer a lead unasked",
    () =>
      Effect.gen(function* () {
        const customer = yield* TestCustomer.make()
        const { folder, url } = yield* startGateway({
          env: { ...secrets, ENABLE_AUTH: "true", CUSTOMER_API_URL: customer.url },
        })
        const nowhere = yield* nobody
        const healthcheck = (...args: ReadonlyArray<string>) => command("healthcheck", { folder, args })
        const smoke = (env: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
          command("smoke", { folder, args: [url, ...args], env })

        const ready = yield* healthcheck(url)
        assert.deepStrictEqual([ready.exited.code, ready.stdout], [0, [`${url}: ready`]])
        const begin = performance.now()
        const half = yield* healthcheck(`${url}/`, nowhere, "--within", "2s", "--json")
        assert.isAbove(performance.now() - begin, 2000)
        assert.strictEqual(half.exited.code, 1)
        assert.deepStrictEqual(half.stderr, ["not ready: 1 of 2"])
        const answers = JSON.parse(half.stdout.join("")) as {
          readonly ready: boolean
          readonly processes: ReadonlyArray<object>
        }
        assert.isFalse(answers.ready)
        assert.deepInclude(answers.processes[0] ?? {}, { ready: true })
        assert.match(JSON.stringify(answers.processes[1]), /ECONNREFUSED/)

        const rejected = yield* smoke(secrets)
        assert.strictEqual(rejected.exited.code, 0, rejected.stderr.join("\n"))
        assert.match(
          rejected.stdout.join("\n"),
          /^lead 1 \(smoke-[0-9a-f-]{36}\) was received after \d+ ms and is REJECTED after \d+ ms$/,
        )
        assert.lengthOf(customer.requests(), 0)

        const lead = join(folder, "lead.json")
        writeFileSync(lead, JSON.stringify(validLead))
        const delivered = yield* smoke(secrets, "--lead", lead, "--expect", "DELIVERED", "--json")
        assert.strictEqual(delivered.exited.code, 0, delivered.stderr.join("\n"))
        const result = JSON.parse(delivered.stdout.join("")) as Record<string, unknown>
        assert.deepInclude(result, { lead_id: 2, status: "DELIVERED" })
        assert.strictEqual(customer.requests()[0]?.headers["x-correlation-id"], result["correlation_id"])

        const other = yield* smoke(secrets, "--lead", lead)
        assert.strictEqual(other.exited.code, 1)
        assert.match(
          other.stderr.join("\n"),
          /^lead 3 \(smoke-\S+\) is DELIVERED after \d+ ms, not REJECTED$/,
        )
        const stranger = yield* smoke({ SHARED_SECRET: "another" })
        assert.strictEqual(stranger.exited.code, 1)
        assert.match(stranger.stderr.join("\n"), /^\/webhooks\/leads: 401 .*unauthorized/)
        assert.notInclude(stranger.stderr.join("\n"), "another")
      }),
  )

  it.live("sign the test lead, and say what an api that refuses it asks for", () =>
    Effect.gen(function* () {
      const { OPERATOR_TOKENS } = secrets
      const WEBHOOK_SIGNING_SECRETS = `whsec_${Buffer.alloc(32, 7).toString("base64")}`
      const { folder, url } = yield* startGateway({
        env: { ENABLE_AUTH: "true", OPERATOR_TOKENS, WEBHOOK_SIGNING_SECRETS },
      })
      const smoke = (address: string, env: Readonly<Record<string, string>>) =>
        command("smoke", { folder, args: [address], env })

      const signed = yield* smoke(url, { OPERATOR_TOKENS, WEBHOOK_SIGNING_SECRETS })
      assert.strictEqual(signed.exited.code, 0, signed.stderr.join("\n"))
      assert.match(signed.stdout.join("\n"), /^lead 1 \(smoke-\S+\) .* is REJECTED after/)

      // The secret of a verifier of a file: nothing to sign by.
      const unsigned = yield* smoke(url, {
        OPERATOR_TOKENS,
        WEBHOOK_SIGNING_SECRETS: "shop:secret-of-a-shop",
      })
      assert.strictEqual(unsigned.exited.code, 1)
      assert.match(
        unsigned.stderr.join("\n"),
        /^\/webhooks\/leads: 401 .*unauthorized.*: set the api's SHARED_SECRET, or WEBHOOK_SIGNING_SECRETS .*SMOKE=no$/,
      )
      assert.notInclude(unsigned.stderr.join("\n"), "secret-of-a-shop")
      const unread = yield* smoke(url, { WEBHOOK_SIGNING_SECRETS })
      assert.match(unread.stderr.join("\n"), /history: 401 .*: set the api's OPERATOR_TOKENS$/)

      // The same api by an address that is none of its hosts.
      const elsewhere = yield* smoke(url.replace("127.0.0.1", "0.0.0.0"), {
        OPERATOR_TOKENS,
        WEBHOOK_SIGNING_SECRETS,
      })
      assert.strictEqual(elsewhere.exited.code, 1)
      assert.match(elsewhere.stderr.join("\n"), /^\/webhooks\/leads: 421 .*unknown host; API_ALLOWED_HOSTS/)
    }),
  )

  it.live("fails when the lead does not get there in time", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make({ respond: () => CustomerBehaviour.reply({ status: 503 }) })
      const { folder, url } = yield* startGateway({ env: { CUSTOMER_API_URL: customer.url } })
      const lead = join(folder, "lead.json")
      writeFileSync(lead, JSON.stringify(validLead))
      const late = yield* command("smoke", {
        folder,
        args: [url, "--lead", lead, "--expect", "DELIVERED", "--within", "1s"],
      })
      assert.strictEqual(late.exited.code, 1)
      assert.match(
        late.stderr.join("\n"),
        /^lead 1 \(smoke-\S+\) is (FAILED|READY|RECEIVED) after 1\d{3} ms, not DELIVERED$/,
      )
      const wrong = yield* command("smoke", { folder, args: ["ftp://nowhere"] })
      assert.strictEqual(wrong.exited.code, 1)
      assert.include(wrong.stderr.join("\n"), "expected an address such as http://127.0.0.1:8080")
    }),
  )
})
