/** A program for the thread of previews whose drafts do what compiled ones should never do. */
import { MessageChannel, parentPort } from "node:worker_threads"
import type { Question } from "../../src/preview/PreviewMessage.ts"

const port = parentPort ?? new MessageChannel().port1
let body = ""
port.postMessage(undefined)
port.on("message", (question: Question) => {
  if (question._tag === "Open") body = Buffer.from(question.body).toString()
  else if (body.includes("endless")) for (;;);
  else if (body.includes("boundless")) for (let all: object = []; ;) all = { all, also: [all] }
  else if (body.includes("throws")) throw new TypeError("a bug")
  port.postMessage({ _tag: question._tag === "Open" ? "Opened" : "Explained", json: "{}" })
})
