import { createServer, type Server } from 'node:http'
import express from 'express'
import helmet from 'helmet'
import { Fault } from '../base/fault.ts'
import type { Scope } from '../base/scope.ts'
import { systemCode } from '../base/system-error.ts'
import { type Language, say } from '../i18n/i18n.ts'

export interface WebOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly language: Language
  /** Port of the SSH door, for the page that tells how to use it. */
  readonly sshPort: () => number
  /** Undefined: well; else what is wrong. Decides the answer of /healthz, which tells strangers no more than that. */
  readonly health: () => string | undefined
}

export class WebError extends Fault<'WEB_LISTEN'> {
  override readonly name = 'WebError'
}

/** Serves the web port: for now a page that tells how to log in, and /healthz. Resolves with the port it got. */
export async function startWeb(options: WebOptions, scope: Scope): Promise<number> {
  const server = createServer(application(options))
  server.requestTimeout = 15_000
  server.headersTimeout = 10_000
  server.maxConnections = 1_000
  await listen(server, options)
  scope.defer(() => closed(server))
  const address = server.address()
  return typeof address === 'object' && address ? address.port : options.port
}

function application(options: WebOptions): express.Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'style-src': ["'self'"],
          'base-uri': ["'none'"],
          'form-action': ["'none'"],
          'frame-ancestors': ["'none'"],
        },
      },
      referrerPolicy: { policy: 'no-referrer' },
      strictTransportSecurity: false, // this port speaks plain HTTP; whoever adds TLS in front adds this
    }),
  )
  app.get('/', (request, response) => {
    const host = request.hostname.replace(/[^\w.:[\]-]/g, '')
    response.type('html').send(page(options, host))
  })
  app.get('/style.css', (_request, response) => void response.type('css').send(STYLE))
  app.get('/healthz', (_request, response) => {
    const ok = options.health() === undefined
    response.status(ok ? 200 : 503).json({ ok })
  })
  app.use((_request, response) => void response.status(404).type('text').send('Not found\n'))
  return app
}

function page({ language, sshPort }: WebOptions, host: string): string {
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>cocod</title><link rel="stylesheet" href="/style.css">
<main><h1>cocod</h1>
<p>${say(language, 'web.how')}</p>
<pre>ssh -p ${sshPort()} ${say(language, 'web.you')}@${host}</pre>
<p>${say(language, 'web.later')}</p></main>
</html>
`
}

const STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 40rem; margin: 15vh auto; padding: 0 1rem }
pre { padding: .75rem 1rem; border: 1px solid; border-radius: .4rem; overflow: auto }
`

const whyNot = (cause: Error): string =>
  systemCode(cause) === 'EADDRINUSE' ? 'the port is taken' : cause.message

function listen(server: Server, { host, port }: WebOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new WebError('WEB_LISTEN', {
          step: 'open the web port',
          message: `cannot listen for the web on ${host}:${port}: ${whyNot(cause)}`,
          next: 'stop what uses that port, or set HTTPD_PORT or BIND_HOST',
          facts: { host, port },
          cause,
        }),
      )
    })
    server.listen(port, host, resolve)
  })
}

async function closed(server: Server): Promise<void> {
  const done = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await done
}
