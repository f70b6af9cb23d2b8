import { layer } from "@effect/vitest"
import { ConsoleWorld } from "./support/ConsoleWorld.ts"
import { keyboardTests } from "./signedIn/keyboard.ts"
import { roleTests } from "./signedIn/roles.ts"
import { sessionTests } from "./signedIn/session.ts"

const env = {
  ENABLE_AUTH: "true",
  SHARED_SECRET: "sender-secret-1",
  OPERATOR_TOKENS: "operator-token-1",
  WORKER_POLL_INTERVAL: "200ms",
}

// One world for all: a start costs seconds.
layer(ConsoleWorld.layer(env), { excludeTestServices: true, timeout: "120 seconds" })("signing in", (it) => {
  sessionTests(it)
  roleTests(it)
  keyboardTests(it)
})
