import { assert, describe, it } from "@effect/vitest"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { command, makeFolder, startGateway } from "./support/apps.ts"

const auth = {
  ENABLE_AUTH: "true",
  SHARED_SECRET: "secret-of-senders",
  OPERATOR_TOKENS: "token-of-the-setting",
}

describe("lead-gateway token", () => {
  it.live(
    "makes a token that the running gateway knows, shows it once, and revokes it",
    () =>
      Effect.gen(function* () {
        const { url: DATABASE_URL } = yield* TestDatabase.make()
        const env = { ...auth, DATABASE_URL }
        const { folder, url } = yield* startGateway({ env })
        const token = (...args: ReadonlyArray<string>) => command("token", { folder, args, env })
        const status = (path: string, secret: string) =>
          Effect.promise(async () => {
            const headers = { Authorization: `Bearer ${secret}` }
            return (await fetch(`${url}${path}`, { headers })).status
          })

        const made = yield* token("create", "--name", "anna", "--role", "admin", "--expires", "90d")
        assert.strictEqual(made.exited.code, 0)
        assert.lengthOf(made.stdout, 1)
        const [secret = ""] = made.stdout
        assert.match(secret, /^lgt_[A-Za-z0-9_-]{49}$/)
        assert.match(made.stderr.join("\n"), /^token 1, admin, until \S+Z; it is not shown again:$/)
        while ((yield* status("/api/v1/tokens", secret)) !== 200) yield* Effect.sleep("100 millis")

        const asJson = yield* token("create", "--name", "wall display", "--role", "viewer", "--json")
        const viewer = JSON.parse(asJson.stdout.join("")) as Record<string, unknown>
        assert.deepInclude(viewer, { id: 2, name: "wall display", role: "viewer", expires_at: null })
        while ((yield* status("/stats/leads/counts", String(viewer["token"]))) !== 403) {
          yield* Effect.sleep("100 millis")
        }

        const listed = yield* token("list")
        assert.deepStrictEqual(
          listed.stdout.map((line) => line.trim().split(/ {2,}/).slice(0, 3).join(" ")),
          ["id state role", "2 live viewer", "1 live admin"],
        )
        assert.notInclude([...listed.stdout, ...(yield* token("list", "--json")).stdout].join("\n"), secret)

        const revoked = yield* token("revoke", "1")
        assert.deepStrictEqual(
          [revoked.exited.code, revoked.stdout],
          [0, ["token 1 of anna is revoked: every process refuses it within 5 s"]],
        )
        const unknown = yield* token("revoke", "99")
        assert.deepStrictEqual([unknown.exited.code, unknown.stdout], [1, []])
        assert.match(unknown.stderr.join("\n"), /there is no token 99/)

        const start = performance.now()
        while ((yield* status("/api/v1/tokens", secret)) !== 401) yield* Effect.sleep("100 millis")
        assert.isBelow(performance.now() - start, 5_000)

        yield* command("replay", { folder, args: ["--request", "ticket-7", "--id", "777"], env })
        const audit = yield* Effect.promise(async () => {
          const headers = { Authorization: `Bearer ${auth.OPERATOR_TOKENS}` }
          return (await (await fetch(`${url}/api/v1/audit`, { headers })).json()) as {
            readonly data: ReadonlyArray<Record<string, unknown>>
          }
        })
        assert.deepStrictEqual(
          audit.data.map(({ action, subject, via }) => [action, subject, via]),
          [
            ["lead.replay", "ticket-7", "cli"],
            ["token.revoke", "1", "cli"],
            ["token.create", "2", "cli"],
            ["token.create", "1", "cli"],
          ],
        )
      }),
    120_000,
  )

  it.live("refuses wrong flags, and says what is expected", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const wrong: ReadonlyArray<readonly [args: ReadonlyArray<string>, message: RegExp]> = [
        [["create", "--role", "viewer"], /--name/],
        [["create", "--name", "anna"], /--role/],
        [["create", "--name", "anna", "--role", "root"], /"?viewer"?.*"?operator"?.*"?admin"?/s],
        [["create", "--name", " anna", "--role", "admin"], /expected 1 to 64 characters/],
        [["create", "--name", "anna", "--role", "admin", "--expires", "90"], /--expires: .*such as 72h, 90d/],
        [
          ["create", "--name", "anna", "--role", "admin", "--expires", "off"],
          /--expires: .*such as 72h, 90d/,
        ],
        [["revoke", "anna"], /id/],
      ]
      for (const [args, message] of wrong) {
        const { exited, stderr, stdout } = yield* command("token", { folder, args })
        assert.strictEqual(exited.code, 1, args.join(" "))
        assert.match([...stderr, ...stdout].join("\n"), message)
        assert.notMatch(stdout.join("\n"), /^lgt_/m)
      }
    }),
  )
})
