/** An identity provider: it publishes keys over HTTP, and signs JWTs. */
import { Effect } from "effect"
import { exportJWK, type JWK, type JWTPayload, SignJWT } from "jose"
import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"

/** A key of the provider. */
export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export const rsaKey = (kid: string): SigningKey => ({
  kid,
  alg: "RS256",
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }),
})

export const ecKey = (kid: string): SigningKey => ({
  kid,
  alg: "ES256",
  ...generateKeyPairSync("ec", { namedCurve: "P-256" }),
})

export const issuer = "https://login.example/"
export const audience = "lead-gateway"

/** Claims that are accepted, with this role. */
export const claims = (role?: unknown): JWTPayload => ({
  iss: issuer,
  aud: audience,
  sub: "8a7d0c1e-anna",
  exp: seconds() + 300,
  ...(role !== undefined && { role }),
})

export const seconds = (): number => Math.floor(Date.now() / 1000)

/** A JWT that is signed by this key. */
export const sign = (key: SigningKey, payload: JWTPayload, header: object = {}): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey)

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A JWT with these parts, signed by HMAC, whatever its header says. */
export const forged = (header: object, payload: object, secret: string | Buffer): string => {
  const signed = `${part(header)}.${part(payload)}`
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`
}

/** A JWT without a signature (RFC 7519, 6). */
export const unsigned = (payload: object, alg: string): string => `${part({ alg })}.${part(payload)}.`

/** A server that answers every request so, and counts them. */
export const serveKeys = Effect.fnUntraced(function* (answer: RequestListener) {
  let asked = 0
  const server = createServer((request, response) => {
    asked++
    answer(request, response)
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      }),
  )
  const { port } = server.address() as AddressInfo
  return { url: new URL(`http://127.0.0.1:${port}/jwks?tenant=secret-tenant`), asked: () => asked }
})

/** The answer with these keys, as they are at the moment of the request. */
export const keySetOf =
  (keys: () => ReadonlyArray<SigningKey>): RequestListener =>
  (_, response) => {
    void Promise.all(
      keys().map(async ({ alg, kid, publicKey }): Promise<JWK> => ({
        ...(await exportJWK(publicKey)),
        alg,
        kid,
        use: "sig",
      })),
    ).then((keys) => response.setHeader("Content-Type", "application/json").end(JSON.stringify({ keys })))
  }
