/** A random identifier of 32 hexadecimal digits. `crypto.randomUUID` is missing where a page came by plain HTTP over a network. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  )
