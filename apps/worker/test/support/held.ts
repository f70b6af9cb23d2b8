import type { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"

/** A customer that answers nothing until it is let go, and then all with 200. */
export const held = () => {
  const waiting: Array<() => void> = []
  let open = false
  let most = 0
  const answer: CustomerBehaviour = {
    answer: (response) => {
      const done = () => void response.end()
      if (open) return done()
      most = Math.max(most, waiting.push(done))
    },
  }
  const letGo = Effect.sync(() => {
    open = true
    waiting.splice(0).forEach((done) => done())
  })
  return { answer, letGo, most: () => most }
}
