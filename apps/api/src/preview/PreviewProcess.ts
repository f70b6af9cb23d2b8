/** The process that previews run in, so that what they compute holds up no webhook, and what they hold ends no webhook. */
import { DatabaseUnavailable, InvalidRequest, Unprocessable } from "@lead-gateway/api-contract"
import { Duration, Effect, Semaphore } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { constants, setPriority } from "node:os"
import type { Answers, Bug, PreviewFlow, Question, Refused } from "./PreviewMessage.ts"

/** The program of the process: a file that calls `runPreviewProcess`. */
export interface PreviewProgram {
  readonly file: string
  /** Flags of node for it; this process's own unless set. */
  readonly execArgv?: ReadonlyArray<string>
}

/** Asks the process. Fails where the request is refused, takes too long or takes too much memory. */
export type Ask = <Tag extends Question["_tag"]>(
  question: Extract<Question, { readonly _tag: Tag }>,
) => Effect.Effect<Answers[Tag], InvalidRequest | Unprocessable>

/** Runs previews, one at a time. */
export interface PreviewProcess {
  /** Admits a request before its body is read: 503 when too many wait already. */
  readonly admit: <A, E, R>(request: Effect.Effect<A, E, R>) => Effect.Effect<A, E | DatabaseUnavailable, R>
  /** Runs a job once the jobs before it are done: 503 when that takes too long. A job that is interrupted ends the process. */
  readonly job: <A, E, R>(
    use: (ask: Ask) => Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | DatabaseUnavailable, R>
}

/** How much the process may take. */
export interface PreviewLimits {
  /** The longest time for one answer. */
  readonly answer: Duration.Duration
  /** The longest wait for the jobs before. */
  readonly turn: Duration.Duration
  /** After this time without a job the process ends. */
  readonly idle: Duration.Duration
  /** Requests that are admitted at once: one runs, the others wait with their bodies. */
  readonly requests: number
  /** The heap of the process. */
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
 * Makes the process, which starts with its first job and ends with the scope.
 *
 * Not a thread: one that needs more memory than it may have ends the whole process, unless it asks for it in small pieces.
 * Of the processor it gets what webhooks leave. It has no setting of the environment, secrets least of all.
 */
export const makePreviewProcess = Effect.fnUntraced(function* (
  program: PreviewProgram,
  flow: PreviewFlow,
  limits: PreviewLimits = defaultLimits,
) {
  const turns = yield* Semaphore.make(1)
  let requests = 0
  let child: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined

  const end = async (): Promise<void> => {
    clearTimeout(idle)
    const ended = child
    child = undefined
    if (ended === undefined || hasEnded(ended)) return
    const exited = once(ended, "exit")
    ended.kill("SIGKILL")
    await exited
  }
  yield* Effect.addFinalizer(() => Effect.promise(end))

  const start = (): ChildProcess => {
    const cache = process.env["NODE_COMPILE_CACHE"]
    const started = fork(program.file, [], {
      execArgv: [...(program.execArgv ?? ownFlags()), `--max-old-space-size=${limits.heapMegabytes}`],
      env: cache === undefined ? {} : { NODE_COMPILE_CACHE: cache },
      serialization: "advanced",
      // What V8 writes when it has no memory left says nothing that the answer does not say.
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    })
    const forget = () => {
      if (child === started) child = undefined
    }
    // A listener there must be: an error without one would end the process.
    started.on("error", forget).on("exit", forget).unref()
    started.channel?.unref()
    leaveProcessorTo(started)
    return started
  }

  /** Sends a question and waits for the answer. Whoever stops waiting for it ends the process. */
  const exchange = <A>(asked: ChildProcess, question: Question): Effect.Effect<A, Unprocessable> =>
    Effect.callback<A, Unprocessable>((resume) => {
      const over = (result: Effect.Effect<A, Unprocessable>) => {
        stopListening()
        resume(result)
      }
      const onMessage = (message: A | Bug) =>
        over(
          isBug(message)
            ? Effect.andThen(Effect.promise(end), Effect.die(message.error))
            : Effect.succeed(message),
        )
      const onError = (error: unknown) => over(Effect.die(error))
      const onExit = (code: number | null, signal: string | null) =>
        over(
          signal !== null && outOfMemory.has(signal)
            ? Effect.fail(tooMuchMemory(limits))
            : Effect.die(new Error(`the preview process has ended with ${code ?? signal}`)),
        )
      const stopListening = () => asked.off("message", onMessage).off("error", onError).off("exit", onExit)
      asked.on("message", onMessage).on("error", onError).on("exit", onExit)
      // Where it has ended meanwhile, its end is told as well.
      asked.send(question, () => {})
      return Effect.promise(async () => {
        stopListening()
        await end()
      })
    })

  const running = Effect.suspend(() => {
    if (child !== undefined) return Effect.succeed(child)
    const started = start()
    child = started
    return Effect.as(exchange(started, { _tag: "Begin", flow }), started)
  })

  const ask: Ask = <Tag extends Question["_tag"]>(question: Extract<Question, { readonly _tag: Tag }>) =>
    Effect.flatMap(running, (asked) =>
      Effect.timeoutOrElse(exchange<Answers[Tag] | Refused>(asked, question), {
        duration: limits.answer,
        orElse: () => Effect.fail(tooMuchTime(limits)),
      }),
    ).pipe(
      Effect.flatMap((answer) =>
        isRefused(answer) ? Effect.fail(refusalOf(answer)) : Effect.succeed(answer),
      ),
    )

  const previews: PreviewProcess = {
    admit: <A, E, R>(request: Effect.Effect<A, E, R>) =>
      Effect.suspend((): Effect.Effect<A, E | DatabaseUnavailable, R> => {
        if (requests >= limits.requests) return Effect.fail(tooManyPreviews)
        requests++
        return Effect.ensuring(
          request,
          Effect.sync(() => requests--),
        )
      }),
    // Interruptible also while it waits: who has gone is no longer counted.
    job: (use) =>
      turns.takeScoped(1).pipe(
        Effect.timeoutOrElse({ duration: limits.turn, orElse: () => Effect.fail(tooManyPreviews) }),
        Effect.andThen(
          Effect.suspend(() => {
            clearTimeout(idle)
            return Effect.ensuring(
              use(ask),
              Effect.sync(() => {
                idle = setTimeout(() => void end(), Duration.toMillis(limits.idle)).unref()
              }),
            )
          }),
        ),
        Effect.scoped,
      ),
  }
  return previews
})

/** The flags of this process, but for a debugger's port, which is taken. */
const ownFlags = () => process.execArgv.filter((flag) => !flag.startsWith("--inspect"))

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

/** Lowers the priority of a process. Where that is not possible it competes with webhooks, and is bounded all the same. */
const leaveProcessorTo = ({ pid }: ChildProcess): void => {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It has ended.
  }
}

const isRefused = (answer: Answers[keyof Answers] | Refused): answer is Refused => answer._tag === "Refused"

const refusalOf = ({ error, status }: Refused) =>
  status === 400 ? new InvalidRequest({ error }) : new Unprocessable({ error })

const isBug = (message: unknown): message is Bug =>
  typeof message === "object" && message !== null && "_tag" in message && message._tag === "Bug"

/** How a process ends that wants more than its heap, or more than the machine has. */
const outOfMemory: ReadonlySet<string> = new Set(["SIGABRT", "SIGKILL"])

const tooManyPreviews = new DatabaseUnavailable({ error: "too many previews at once" })

const tooMuchTime = ({ answer }: PreviewLimits) =>
  new Unprocessable({ error: `the drafts take longer than ${Duration.toSeconds(answer)} s` })

const tooMuchMemory = ({ heapMegabytes }: PreviewLimits) =>
  new Unprocessable({ error: `the drafts take more memory than ${heapMegabytes} MiB` })
