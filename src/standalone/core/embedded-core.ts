import { randomBytes } from 'node:crypto'
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
  /** `http://127.0.0.1:<port>/<word of this start>`: whoever has not been told it finds nothing on the port. */
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
    const word = randomBytes(18).toString('base64url')
    const app = behind(word, await buildApp(options, scope))
    const port = await listen(createServer(app), scope, options.log)
    options.log.debug({ port }, 'embedded core listens')
    return {
      url: `http://127.0.0.1:${port}/${word}`,
      close: () => scope.close(),
      [Symbol.asyncDispose]: () => scope.close(),
    }
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
    ...new FileLogs({ database, directory, clock }).resources,
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
  const app = strictApp()
  const authenticate = authenticator({ terminals, tokens, clock })
  for (const resource of resources) serve(app, resource, { authenticate, log })
  serveMedia(app, replays, authenticate)
  redirectOldPaths(app)
  app.use(unknownUrl)
  return app
}

/**
 * Logins need no credentials of a terminal, so other people on this machine could try passwords here past the SSH door,
 * lock users out, or have a token for a mere public key. A word in the path that they do not know keeps them out.
 */
function behind(word: string, api: Express): Express {
  const app = strictApp()
  app.use(refuseOtherHosts)
  app.use(`/${word}`, api)
  app.use(unknownUrl)
  return app
}

function strictApp(): Express {
  const app = express()
  app.set('strict routing', true)
  app.set('case sensitive routing', true)
  app.disable('x-powered-by')
  app.disable('etag')
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
    else response.redirect(307, request.baseUrl + path)
  })
}

function unknownUrl(request: Request, response: Response): void {
  if (request.is('json') || request.headers['content-type']?.startsWith('application/json')) {
    response.status(404).json({ error: 'Not found' })
  } else response.status(404).type('html').send('<h1>Not Found</h1>')
}

/** Loopback only, any free port; a slow or silent peer is cut, a long upload is not. */
async function listen(server: Server, scope: Scope, log: Log): Promise<number> {
  server.requestTimeout = 0
  server.headersTimeout = 10_000
  server.timeout = 60_000
  server.maxConnections = 512
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.on('error', (err) => log.error({ err }, 'embedded core: listener'))
  scope.defer(() => closeServer(server))
  return z.object({ port: z.number() }).parse(server.address()).port
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
