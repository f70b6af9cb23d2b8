import { createHash } from "node:crypto"

/**
 * Scalar tries whether it may evaluate code, which the page's policy reports as a violation each time, and goes on without.
 * This makes the attempt fail before. The only script that is written in the page; the policy names it by its hash.
 */
const noEvaluation =
  "globalThis.Function = new Proxy(Function, { construct() { throw new EvalError('code is not evaluated here') } })"

/** What Scalar is told: to ask nobody but this api. */
const configuration = {
  url: "openapi.json",
  // These would come from its makers' servers, or send something there.
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  agent: { disabled: true },
  mcp: { disabled: true },
  // A token that somebody enters is forgotten with the page.
  persistAuth: false,
  defaultOpenAllTags: true,
  hideModels: false,
}

const attribute = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;")

/**
 * The page of the API's reference, for a program of this name. The element that holds the
 * configuration is no script: it has no text. The addresses are relative, for an api behind a path of a proxy.
 */
export const referencePage = (program: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Lead Gateway: API</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <noscript>This page needs JavaScript. The document that it shows is <a href="openapi.json">openapi.json</a>.</noscript>
    <script>${noEvaluation}</script>
    <script id="api-reference" data-configuration="${attribute(JSON.stringify(configuration))}"></script>
    <script src="docs/${program}"></script>
  </body>
</html>
`

/**
 * What the page may do: run the program of this origin, and ask this origin.
 *
 * Styles may be written in the page, because Scalar carries its own in its program, adds them as `<style>` elements and
 * sets `style` attributes, all of which change with what is shown, so that no hash could name them. Styles alone read
 * nothing: images and fonts come from here or from the page itself. No script may be written in it but one, and none is evaluated.
 */
export const pagePolicy = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash("sha256").update(noEvaluation).digest("base64")}'`,
  "style-src 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ")
