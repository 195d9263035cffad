import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import express, { type Express, type Request, type Response } from 'express'
import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import { Scope } from '../../base/scope.ts'
import type { Secret } from '../../base/secret.ts'
import type { Log } from '../../log.ts'
import type { InventorySource } from '../inventory.ts'
import type { Passwords } from '../passwords.ts'
import { authenticator } from './authentication.ts'
import { catalogueResources } from './catalogue.ts'
import { Commands } from './commands.ts'
import { ConnectionTokens } from './connection-tokens.ts'
import { openDatabase } from './database.ts'
import { domainResources } from './domains.ts'
import { FileLogs } from './file-logs.ts'
import { Liveness } from './liveness.ts'
import { Login } from './login.ts'
import { nodeResources } from './nodes.ts'
import { peopleResources } from './people.ts'
import { recordResources } from './records.ts'
import { registrationResources } from './registration.ts'
import { Replays } from './replays.ts'
import { type Resource, serve } from './resource.ts'
import { Sessions } from './sessions.ts'
import { Tasks } from './tasks.ts'
import { Terminals } from './terminals.ts'
import { Tokens } from './tokens.ts'

export interface EmbeddedCoreOptions {
  /** DATA_DIR; everything is kept under `core/` in it. */
  readonly dataDir: string
  readonly inventory: InventorySource
  readonly passwords: Passwords
  /** Made at this start: whoever knows it is this daemon. */
  readonly bootstrapToken: Secret
  readonly clock: Clock
  readonly log: Log
}

export interface EmbeddedCore extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Starts a small core that serves Jumpserver's HTTP API (1.5.2) on a loopback port, over an inventory. The daemon
 * has no other way to it than that API.
 *
 * @throws EmbeddedCoreError when its database cannot be used.
 */
export async function startEmbeddedCore(options: EmbeddedCoreOptions): Promise<EmbeddedCore> {
  const scope = new Scope()
  try {
    const app = await buildApp(options, scope)
    const url = await listen(createServer(app), scope)
    options.log.debug({ url }, 'embedded core listens')
    return { url, close: () => scope.close(), [Symbol.asyncDispose]: () => scope.close() }
  } catch (fault) {
    await scope.close()
    throw fault
  }
}

async function buildApp(options: EmbeddedCoreOptions, scope: Scope): Promise<Express> {
  const { inventory, passwords, bootstrapToken, clock, log } = options
  const directory = join(options.dataDir, 'core')
  const database = await openDatabase(directory)
  scope.defer(() => database.close())
  const [terminals, sessions, tasks] = [new Terminals(database), new Sessions(database), new Tasks(database)]
  const tokens = new Tokens({ inventory, clock })
  const replays = new Replays(join(directory, 'replays'), sessions)
  await replays.clean()
  const liveness = scope.own(new Liveness({ clock, sessions, log }))
  const resources: readonly Resource[] = [
    ...registrationResources({ terminals, inventory, bootstrapToken, clock }),
    ...new Login({ inventory, passwords, tokens, clock }).resources,
    ...peopleResources(inventory),
    ...catalogueResources({ inventory, clock }),
    ...nodeResources({ inventory, clock }),
    ...domainResources(inventory),
    ...new ConnectionTokens({ inventory, clock }).resources,
    ...new FileLogs({ database, clock }).resources,
    ...recordResources({
      sessions,
      commands: new Commands(database),
      tasks,
      liveness,
      inventory,
      clock,
      log,
    }),
    ...replays.resources,
  ]
  const app = express()
  app.set('strict routing', true)
  app.set('case sensitive routing', true)
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(refuseOtherHosts)
  const authenticate = authenticator({ terminals, tokens, clock })
  for (const resource of resources) serve(app, resource, { authenticate, log })
  serveMedia(app, replays, authenticate)
  redirectOldPaths(app)
  app.use(unknownUrl)
  return app
}

/** A page in a browser on this machine must not reach us under a name of its own (DNS rebinding). */
function refuseOtherHosts(request: Request, response: Response, next: () => void): void {
  const { address } = z.object({ address: z.string() }).parse(request.socket.address())
  if (request.headers.host === `${address}:${request.socket.localPort}`) next()
  else response.status(400).json({ detail: 'Bad Request (400)' })
}

/** Recordings themselves, which a Jumpserver's web server hands out; here to registered terminals only. */
function serveMedia(app: Express, replays: Replays, authenticate: ReturnType<typeof authenticator>): void {
  app.get(/^\/media\/replay\/(\d{4}-\d\d-\d\d)\/([0-9a-f-]{36}\.replay\.gz)$/, (request, response) => {
    if (authenticate(request).kind !== 'terminal') {
      response.status(403).json({ detail: 'Authentication credentials were not provided.' })
      return
    }
    const { 0: day, 1: name } = z.object({ 0: z.string(), 1: z.string() }).parse({ ...request.params })
    response.sendFile(replays.path(day, name), { dotfiles: 'allow' }, (fault) => {
      if (fault && !response.headersSent) response.status(404).json({ error: 'Not found' })
    })
  })
}

/** Paths up to 1.5.1: 1.5.2 answers them with a relative redirect that keeps method and body. */
function redirectOldPaths(app: Express): void {
  app.use((request, response, next) => {
    const path = request.url
      .replace(/^\/api\/perms\/v1\/user\//, '/api/perms/v1/users/')
      .replace(/^\/api\/perms\/v1\/asset-permission\//, '/api/perms/v1/asset-permissions/')
    if (path === request.url) next()
    else response.redirect(307, path)
  })
}

function unknownUrl(request: Request, response: Response): void {
  if (request.is('json') || request.headers['content-type']?.startsWith('application/json')) {
    response.status(404).json({ error: 'Not found' })
  } else response.status(404).type('html').send('<h1>Not Found</h1>')
}

/** Loopback only, any free port; a slow or silent peer is cut, a long upload is not. */
async function listen(server: Server, scope: Scope): Promise<string> {
  server.requestTimeout = 0
  server.headersTimeout = 10_000
  server.timeout = 60_000
  server.maxConnections = 512
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  scope.defer(() => closeServer(server))
  const { port } = z.object({ port: z.number() }).parse(server.address())
  return `http://127.0.0.1:${port}`
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
