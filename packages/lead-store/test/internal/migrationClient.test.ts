import { assert, describe, it } from "@effect/vitest"
import { isUnavailable } from "../../src/internal/migrationClient.ts"

const error = (code?: string, message = "") =>
  Object.assign(new Error(message), code === undefined ? {} : { code })

describe("isUnavailable", () => {
  it("is true for a Postgres that is not there yet, or that is stopping", () => {
    for (const code of [
      "ECONNREFUSED",
      "ECONNRESET",
      "ENOTFOUND",
      "EAI_AGAIN",
      "57P03",
      "57P01",
      "53300",
      "08006",
    ]) {
      assert.isTrue(isUnavailable(error(code)), code)
    }
    assert.isTrue(isUnavailable(error(undefined, "timeout expired")))
    assert.isTrue(isUnavailable(error(undefined, "Connection terminated unexpectedly")))
  })

  it("is false for what waiting does not mend", () => {
    for (const code of ["ERR_TLS_CERT_ALTNAME_INVALID", "28P01", "3D000", "42601", "57014"]) {
      assert.isFalse(isUnavailable(error(code)), code)
    }
    assert.isFalse(isUnavailable(error(undefined, "The server does not support SSL connections")))
    assert.isFalse(isUnavailable("no error at all"))
  })
})
