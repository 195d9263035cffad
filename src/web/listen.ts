import { createServer, type RequestListener, type Server } from 'node:http'
import { systemCode } from '../base/system-error.ts'
import { WebError } from './web-error.ts'

/** The HTTP server of the web port, with limits for those who are slow on purpose. */
export function httpServer(listener: RequestListener): Server {
  const server = createServer(listener)
  server.headersTimeout = 10_000
  server.requestTimeout = 120_000
  server.maxConnections = 10_000
  return server
}

/** Resolves with the port it got. */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(cause, host, port)))
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

const cannotListen = (cause: Error, host: string, port: number): WebError =>
  new WebError('WEB_LISTEN', {
    step: 'open the web port',
    message: `cannot listen for the web on ${host}:${port}: ${whyNot(cause)}`,
    next: 'stop what uses that port, or set HTTPD_PORT or BIND_HOST',
    facts: { host, port },
    cause,
  })

const whyNot = (cause: Error): string =>
  systemCode(cause) === 'EADDRINUSE' ? 'the port is taken' : cause.message

export async function closed(server: Server): Promise<void> {
  const done = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await done
}
