import { Effect } from "effect"
import { asBackupError } from "./BackupError.ts"

/** Work with files and programs, which is stopped when the command is interrupted, and cleans up before that ends. */
export const onDisk = <A>(work: (signal: AbortSignal) => Promise<A>) =>
  Effect.suspend(() => {
    const stop = new AbortController()
    let running: Promise<A> | undefined
    return Effect.tryPromise({
      try: () => (running = work(stop.signal)),
      catch: asBackupError,
    }).pipe(
      Effect.onInterrupt(() =>
        Effect.promise(async () => {
          stop.abort()
          await running?.catch(() => undefined)
        }),
      ),
    )
  })
