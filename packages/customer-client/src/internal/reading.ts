/**
 * Makes a function that lets Node process what has already arrived, which may be the close of a connection, and then
 * calls its argument, which must not throw.
 *
 * That takes three turns of the event loop: the rest of this one, one that asks the system, and one more for what
 * HTTP/2 makes of it. All who ask within a turn share them.
 */
export const makeReading = (): ((goOn: () => void) => void) => {
  let gathering: Array<() => void> | undefined
  return (goOn) => {
    if (gathering !== undefined) return void gathering.push(goOn)
    const batch = (gathering = [goOn])
    setImmediate(() => {
      gathering = undefined
      setImmediate(() => setImmediate(() => batch.forEach((goOn) => goOn())))
    })
  }
}
