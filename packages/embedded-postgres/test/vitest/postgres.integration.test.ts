import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterEach, assert, describe, it } from "@effect/vitest"
import postgresGlobalSetup from "@lead-gateway/embedded-postgres/vitest-postgres"

/** A project of a test run, as far as the set-up knows it. */
const project = () => {
  const provided: Record<string, unknown> = {}
  return { provided, provide: (key: string, value: unknown) => void (provided[key] = value) }
}

const givenUrl = process.env.TEST_DATABASE_URL
afterEach(() => {
  if (givenUrl === undefined) delete process.env.TEST_DATABASE_URL
  else process.env.TEST_DATABASE_URL = givenUrl
})

/** Tells whether anybody listens on the port. */
const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port })
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false))
    socket.once("connect", () => socket.destroy())
  })

const firstLine = async (child: ChildProcess): Promise<string> => {
  if (child.stdout === null) throw new Error("no output to read")
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error("it ended without a line")
}

describe("postgresGlobalSetup", () => {
  it("takes the server that TEST_DATABASE_URL names and starts none", async () => {
    process.env.TEST_DATABASE_URL = "postgres://tester@db.example/test"
    const one = project()
    assert.isUndefined(await postgresGlobalSetup(one))
    assert.deepStrictEqual(one.provided, { leadGatewayPostgresUrl: "postgres://tester@db.example/test" })
  })

  it("starts one server for all projects of a run and stops it after the last", async () => {
    delete process.env.TEST_DATABASE_URL
    const [one, other] = [project(), project()]
    const leaves = await Promise.all([postgresGlobalSetup(one), postgresGlobalSetup(other)])
    const url = String(one.provided.leadGatewayPostgresUrl)
    assert.match(url, /^postgres:\/\/.*@127\.0\.0\.1:\d+\/\w+$/)
    assert.deepStrictEqual(other.provided, one.provided)
    const port = Number(new URL(url).port)
    await leaves[0]?.()
    assert.isTrue(await isOpen(port))
    await leaves[1]?.()
    assert.isFalse(await isOpen(port))
  })
})

describe("the program that holds the server", () => {
  it("leaves nothing behind when the test run is gone", async () => {
    const TMPDIR = await mkdtemp(join(tmpdir(), "lead-gateway-test-setup-"))
    const program = fileURLToPath(new URL("../../src/vitest/server.ts", import.meta.url))
    const child = spawn(process.execPath, ["--conditions=@lead-gateway/source", program], {
      env: { ...process.env, TMPDIR },
      stdio: ["pipe", "pipe", "inherit"],
    })
    await firstLine(child)
    assert.isNotEmpty(readdirSync(TMPDIR))
    child.stdin.destroy()
    assert.deepStrictEqual(await once(child, "exit"), [0, null])
    assert.isEmpty(readdirSync(TMPDIR))
    await rm(TMPDIR, { recursive: true })
    assert.isFalse(existsSync(TMPDIR))
  })
})
