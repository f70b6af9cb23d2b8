import { assert, describe, it } from "vitest"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { debianPackages } from "../src/index.ts"

describe("Debian packages", () => {
  it("unpacks a program and its libraries, so that it runs without being installed", async () => {
    const { libraries, root } = await debianPackages("redis-server")
    const { stdout } = await promisify(execFile)(join(root, "usr/bin/redis-server"), ["--version"], {
      env: { LD_LIBRARY_PATH: libraries },
    })
    assert.match(stdout, /^Redis server v=\d/)
  })

  it("returns what an earlier call has unpacked", async () => {
    const [first, second] = await Promise.all([
      debianPackages("redis-server"),
      debianPackages("redis-server"),
    ])
    assert.deepStrictEqual(first, second)
  })

  it("rejects if there is no such package", async () => {
    const error: unknown = await debianPackages("lead-gateway-has-no-such-package").catch(
      (error: unknown) => error,
    )
    assert.instanceOf(error, Error)
  })
})
