// HEALTHCHECK of the Docker image: exit 0 when /healthz answers that all is well. Ports and addresses come from the
// environment, as there.
const { BIND_HOST, HTTPD_PORT } = process.env
const everywhere = !BIND_HOST || BIND_HOST === '0.0.0.0' || BIND_HOST === '::'
const host = everywhere ? '127.0.0.1' : BIND_HOST.includes(':') ? `[${BIND_HOST}]` : BIND_HOST
const url = `http://${host}:${HTTPD_PORT || 5000}/healthz`

try {
  const response = await fetch(url, { signal: AbortSignal.timeout(4_000) })
  console.log(await response.text())
  process.exitCode = response.ok ? 0 : 1
} catch (error) {
  console.log(`${url}: ${error.cause?.code ?? error.message}`)
  process.exitCode = 1
}
