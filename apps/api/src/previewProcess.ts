/**
 * What the preview process runs: compiles the drafts of one request after the other, and decides by them.
 *
 * The entry `@lead-gateway/api/preview-process`, of which an app makes a file of its own. It serves no HTTP and reads no database:
 * leads come with the questions.
 */
import type { Flow } from "@lead-gateway/lead-pipeline"
import { get, isJsonObject, type Json, type JsonObject, parse } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import { type Comparison, makeComparison } from "./preview/comparison.ts"
import { draftFlow, type FlowInForce, flowInForce } from "./preview/draftFlow.ts"
import { makeWorkCheck, tooMuchWork } from "./preview/draftWork.ts"
import { explainPayload } from "./preview/explainPayload.ts"
import { judgeStored } from "./preview/judgeStored.ts"
import type { Answers, Bug, Question, Refused } from "./preview/PreviewMessage.ts"

/** Answers the questions of the process that has started this one, until that ends it or has ended itself. */
export const runPreviewProcess = (): void => {
  // On the terminal a signal is sent to both: the other one ends this one, when its requests are answered.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {})
  const answer = makePreviews()
  process.on("message", (question: Question) => {
    try {
      process.send?.(answer(question))
    } catch (error) {
      process.send?.({ _tag: "Bug", error } satisfies Bug, () => process.exit(1))
    }
  })
}

const makePreviews = () => {
  let inForce: FlowInForce | undefined
  let text = ""
  let documents: JsonObject = {}
  let comparison: Comparison | undefined

  const open = (body: Uint8Array): Answers["Open"] | Refused => {
    comparison = undefined
    text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()
    if (text === "") return { _tag: "Opened", shape: undefined }
    const parsed = parse(text, { keepUnsafeIntegers: true })
    if (Result.isFailure(parsed)) {
      const { message, reason } = parsed.failure
      return refused(400, reason === "Syntax" ? "malformed JSON payload" : message)
    }
    documents = isJsonObject(parsed.success) ? parsed.success : {}
    return { _tag: "Opened", shape: shapeOf(parsed.success) }
  }

  const drafted = (): Result.Result<Flow.Flow, Refused> => {
    if (inForce === undefined) throw new TypeError("Begin comes first")
    return Result.mapError(draftFlow(inForce, documents), (error) => refused(422, error))
  }

  const explain = (nowMs: number): Answers["Explain"] | Refused => {
    const payload = get(Result.getOrThrow(parse(text)) as JsonObject, "payload") ?? null
    if (makeWorkCheck(documents)(payload)) return refused(422, tooMuchWork)
    return Result.match(drafted(), {
      onFailure: (refusal) => refusal,
      onSuccess: (flow) => ({ _tag: "Explained", json: explainPayload(flow, payload, nowMs) }),
    })
  }

  const compile = (): Answers["Compile"] | Refused =>
    Result.match(drafted(), {
      onFailure: (refusal) => refusal,
      onSuccess: (flow) => {
        comparison = makeComparison({ flow, isTooLarge: makeWorkCheck(documents) })
        return { _tag: "Compiled" }
      },
    })

  const judge = (question: Extract<Question, { readonly _tag: "Judge" }>): Answers["Judge"] | Refused => {
    if (inForce === undefined) throw new TypeError("Begin comes first")
    const json = judgeStored(inForce.compiled(), question)
    return json === undefined ? refused(422, "the payload cannot be read") : { _tag: "Judged", json }
  }

  const compared = (): Comparison => {
    if (comparison === undefined) throw new TypeError("Compile comes before Compare and Conclude")
    return comparison
  }

  return (question: Question): Answers[Question["_tag"]] | Refused => {
    switch (question._tag) {
      case "Begin":
        inForce = flowInForce(question.flow)
        return { _tag: "Begun" }
      case "Open":
        return open(question.body)
      case "Explain":
        return explain(question.nowMs)
      case "Compile":
        return compile()
      case "Compare":
        for (const lead of question.leads) compared().add(lead)
        return { _tag: "Compared" }
      case "Judge":
        return judge(question)
      case "Conclude":
        return { _tag: "Concluded", comparison: compared().result(question.isComplete) }
    }
  }
}

const refused = (status: Refused["status"], error: string): Refused => ({ _tag: "Refused", status, error })

/** Keys that are named, at most: more of them are wrong in any case. */
const mostKeys = 1000

/** What a body looks like, small enough to be checked by the contract's schema in the api. */
const shapeOf = (json: Json): unknown =>
  isJsonObject(json)
    ? Object.fromEntries(
        Object.entries(json)
          .slice(0, mostKeys)
          .map(([key, value]) => [
            key,
            isJsonObject(value) ? {} : key === "last" && typeof value === "number" ? value : "",
          ]),
      )
    : null
