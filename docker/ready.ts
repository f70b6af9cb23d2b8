/** The images' health check: `node ready.ts API_PORT 8080` ends with 0 when `/readyz` on that port answers 200. */
const [variable = "", fallback = ""] = process.argv.slice(2)
const { ok } = await fetch(`http://127.0.0.1:${process.env[variable] || fallback}/readyz`)
process.exitCode = ok ? 0 : 1
export {}
