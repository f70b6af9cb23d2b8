/** A program for the process of previews whose drafts do what compiled ones should never do. */
import type { Bug, Question } from "../../src/preview/PreviewMessage.ts"

let body = ""
process.on("message", (question: Question) => {
  const held: Array<unknown> = []
  if (question._tag === "Open") body = Buffer.from(question.body).toString()
  else if (body.includes("endless")) for (;;);
  else if (body.includes("boundless")) for (;;) held.push([held])
  else if (body.includes("voracious")) held.push(Array.from({ length: 2 ** 26 }, () => ({})))
  else if (body.includes("throws")) {
    process.send?.({ _tag: "Bug", error: new TypeError("a bug") } satisfies Bug)
    return
  }
  process.send?.({ _tag: question._tag === "Open" ? "Opened" : "Explained", json: "{}" })
})
