import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { Bug, withoutWords } from "../src/Bug.ts"

describe("a bug", () => {
  it("says what was thrown and where, and nothing of what it said", () => {
    const { message, name, stack } = new Bug(new TypeError("jane@x.example\n    at jane@x.example is wrong"))
    assert.strictEqual(name, "Bug")
    assert.match(message, /^TypeError at .*Bug\.test\.ts:\d+:\d+\)?$/)
    assert.match(stack ?? "", /^TypeError at .*Bug\.test\.ts.*\n {4}at /)
    assert.notInclude(`${message}${stack}`, "jane")
  })

  it("leaves out the stack of an error whose message was changed afterwards", () => {
    const error = new Error("jane@x.example")
    assert.include(error.stack, "jane")
    error.message = "another"
    assert.strictEqual(new Bug(error).stack, "Error")
  })

  it("names the type of what is no error", () => {
    assert.strictEqual(new Bug("jane@x.example").message, "string")
    assert.strictEqual(new Bug({ email: "jane@x.example" }).message, "object")
  })

  it("is what an effect dies of", () => {
    const exit = Effect.runSyncExit(withoutWords(Effect.die(new RangeError("jane@x.example"))))
    assert.isTrue(Exit.isFailure(exit))
    if (Exit.isFailure(exit)) assert.instanceOf(Cause.squash(exit.cause), Bug)
  })

  it("is made of no failure", () => {
    assert.strictEqual(Effect.runSync(Effect.flip(withoutWords(Effect.fail("no")))), "no")
  })
})
