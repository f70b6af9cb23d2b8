import { assert, describe, it } from "@effect/vitest"
import { describeFailure } from "../src/internal/failure.ts"

const failure = (code: string, syscall = "connect") =>
  Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code, syscall })

describe("a system that permits no further socket", () => {
  it("is not the customer's failure, and nothing was sent: unsendable", () => {
    for (const code of ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]) {
      assert.deepStrictEqual(describeFailure(failure(code), "connecting"), {
        kind: "unsendable",
        message: `this system permits no further socket (${code}); nothing was sent`,
      })
    }
  })

  it("is so while the name is resolved, too", () => {
    assert.strictEqual(describeFailure(failure("EMFILE", "getaddrinfo"), "connecting").kind, "unsendable")
  })

  it("may have sent something once there is a connection", () => {
    assert.strictEqual(describeFailure(failure("ENOBUFS"), "open").kind, "other")
  })
})
