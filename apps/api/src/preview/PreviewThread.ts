/** The thread that previews run on, so that what they compute holds up no webhook. */
import { DatabaseUnavailable, InvalidRequest, Unprocessable } from "@lead-gateway/api-contract"
import { Duration, Effect, Semaphore } from "effect"
import { Worker } from "node:worker_threads"
import type { Answers, PreviewFlow, Question, Refused } from "./PreviewMessage.ts"

/** The program of the thread: a file that calls `runPreviewThread`. */
export interface PreviewProgram {
  readonly file: string
  /** Flags of node for it; this process's own unless set. */
  readonly execArgv?: ReadonlyArray<string>
}

/** Asks the thread. Fails where the request is refused, takes too long or takes too much memory. */
export type Ask = <Tag extends Question["_tag"]>(
  question: Extract<Question, { readonly _tag: Tag }>,
) => Effect.Effect<Answers[Tag], InvalidRequest | Unprocessable>

/** Runs previews, one at a time. */
export interface PreviewThread {
  /** Admits a request before its body is read: 503 when too many wait already. */
  readonly admit: <A, E, R>(request: Effect.Effect<A, E, R>) => Effect.Effect<A, E | DatabaseUnavailable, R>
  /** Runs a job once the jobs before it are done: 503 when that takes too long. A job that is interrupted ends the thread. */
  readonly job: <A, E, R>(
    use: (ask: Ask) => Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | DatabaseUnavailable, R>
}

/** How much the thread may take. */
export interface PreviewLimits {
  /** The longest time for one answer. */
  readonly answer: Duration.Duration
  /** The longest wait for the jobs before. */
  readonly turn: Duration.Duration
  /** After this time without a job the thread ends. */
  readonly idle: Duration.Duration
  /** Requests that are admitted at once: one runs, the others wait with their bodies. */
  readonly requests: number
  /** The heap of the thread. */
  readonly heapMegabytes: number
}

export const defaultLimits: PreviewLimits = {
  answer: Duration.seconds(20),
  turn: Duration.seconds(20),
  idle: Duration.minutes(1),
  requests: 8,
  heapMegabytes: 512,
}

/**
 * Makes the thread, which starts with its first job and ends with the scope.
 *
 * Not `effect/workers`: that has pools, streams and a runtime on the other side, and no limits of memory.
 */
export const makePreviewThread = Effect.fnUntraced(function* (
  program: PreviewProgram,
  flow: PreviewFlow,
  limits: PreviewLimits = defaultLimits,
) {
  const turns = yield* Semaphore.make(1)
  let requests = 0
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined

  const end = (): Promise<unknown> | undefined => {
    clearTimeout(idle)
    const ended = worker
    worker = undefined
    return ended?.terminate()
  }
  yield* Effect.addFinalizer(() => Effect.promise(async () => end()))

  const start = (): Worker => {
    const started = new Worker(program.file, {
      name: "preview",
      workerData: flow,
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMegabytes },
      ...(program.execArgv === undefined ? {} : { execArgv: [...program.execArgv] }),
    })
    const forget = () => {
      if (worker === started) worker = undefined
    }
    // A listener there must be: an error without one would end the process.
    started.on("error", forget).on("exit", forget).unref()
    return started
  }

  /** The next message of the thread. Whoever stops waiting for it ends the thread. */
  const next = <A>(asked: Worker): Effect.Effect<A, Unprocessable> =>
    Effect.callback<A, Unprocessable>((resume) => {
      const onMessage = (message: A) => over(Effect.succeed(message))
      const onError = (error: unknown) =>
        over(isOutOfMemory(error) ? Effect.fail(tooMuchMemory(limits)) : Effect.die(error))
      const onExit = () => over(Effect.die(new Error("the preview thread has ended")))
      const stopListening = () => asked.off("message", onMessage).off("error", onError).off("exit", onExit)
      const over = (result: Effect.Effect<A, Unprocessable>) => {
        stopListening()
        resume(result)
      }
      asked.on("message", onMessage).on("error", onError).on("exit", onExit)
      return Effect.promise(async () => {
        stopListening()
        await end()
      })
    })

  const running = Effect.suspend(() => {
    if (worker !== undefined) return Effect.succeed(worker)
    const started = start()
    worker = started
    return Effect.as(next<undefined>(started), started)
  })

  const ask: Ask = <Tag extends Question["_tag"]>(question: Extract<Question, { readonly _tag: Tag }>) =>
    Effect.flatMap(running, (asked) => {
      asked.postMessage(question, movedWith(question))
      return Effect.timeoutOrElse(next<Answers[Tag] | Refused>(asked), {
        duration: limits.answer,
        orElse: () => Effect.fail(tooMuchTime(limits)),
      })
    }).pipe(
      Effect.flatMap((answer) =>
        isRefused(answer) ? Effect.fail(refusalOf(answer)) : Effect.succeed(answer),
      ),
    )

  const thread: PreviewThread = {
    admit: <A, E, R>(request: Effect.Effect<A, E, R>) =>
      Effect.suspend((): Effect.Effect<A, E | DatabaseUnavailable, R> => {
        if (requests >= limits.requests) return Effect.fail(tooManyPreviews)
        requests++
        return Effect.ensuring(
          request,
          Effect.sync(() => requests--),
        )
      }),
    job: (use) =>
      Effect.uninterruptibleMask((restore) =>
        restore(turns.take(1)).pipe(
          Effect.timeoutOrElse({ duration: limits.turn, orElse: () => Effect.fail(tooManyPreviews) }),
          Effect.andThen(
            Effect.suspend(() => {
              clearTimeout(idle)
              return Effect.ensuring(
                restore(use(ask)),
                Effect.andThen(
                  Effect.sync(() => {
                    idle = setTimeout(() => void end(), Duration.toMillis(limits.idle)).unref()
                  }),
                  turns.release(1),
                ),
              )
            }),
          ),
        ),
      ),
  }
  return thread
})

/** A body is moved to the thread, not copied. */
const movedWith = (question: Question) =>
  question._tag === "Open" ? [question.body.buffer as ArrayBuffer] : []

const isRefused = (answer: Answers[keyof Answers] | Refused): answer is Refused => answer._tag === "Refused"

const refusalOf = ({ error, status }: Refused) =>
  status === 400 ? new InvalidRequest({ error }) : new Unprocessable({ error })

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY"

const tooManyPreviews = new DatabaseUnavailable({ error: "too many previews at once" })

const tooMuchTime = ({ answer }: PreviewLimits) =>
  new Unprocessable({ error: `the drafts take longer than ${Duration.toSeconds(answer)} s` })

const tooMuchMemory = ({ heapMegabytes }: PreviewLimits) =>
  new Unprocessable({ error: `the drafts take more memory than ${heapMegabytes} MiB` })
