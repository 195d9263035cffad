import express, { Router } from 'express'
import type { Scope } from '../base/scope.ts'
import { Api } from './api.ts'
import { Callers } from './callers.ts'
import { CoreLogins } from './core-logins.ts'
import { Csrf } from './csrf.ts'
import { Connector } from './elfinder/connector.ts'
import { FilePages, serveSids } from './elfinder/file-pages.ts'
import { Volumes } from './elfinder/volumes.ts'
import { securityHeaders } from './headers.ts'
import { httpServer, listen } from './listen.ts'
import { LoginRoutes } from './login-routes.ts'
import { Luna } from './luna.ts'
import type { WebParts } from './options.ts'
import { Oversight } from './oversight/oversight.ts'
import { OwnLogins } from './own-logins.ts'
import { PageFiles } from './page-files.ts'
import { PageHtml } from './page-html.ts'
import { PageRooms } from './page-rooms.ts'
import { Page } from './page-sockets.ts'
import { Sockets } from './sockets.ts'
import type { Identities } from './visitor.ts'

/**
 * Serves the web port: luna's sockets, our own page with what it asks, and /healthz. Resolves with the port it got.
 * With a Jumpserver our page lies under `/coco/`, which the documented nginx sends here; without one it is at `/`.
 */
export async function startWeb(parts: WebParts, scope: Scope): Promise<number> {
  const door = new WebDoor(parts, await PageFiles.read())
  const server = httpServer(door.application())
  const sockets = door.sockets(server)
  const port = await listen(server, parts.options)
  scope.own(door.volumes)
  scope.defer(() => sockets.close())
  return port
}

class WebDoor {
  readonly #parts: WebParts
  readonly #files: PageFiles
  readonly #own: OwnLogins | undefined
  readonly #identities: Identities
  readonly #csrf = new Csrf()
  readonly #rooms: PageRooms
  readonly #callers: Callers
  readonly #html: PageHtml
  readonly volumes: Volumes

  constructor(parts: WebParts, files: PageFiles) {
    const { logins, core, options, clock, log } = parts
    const { isTrusted, language, sshPort, mostUploadBytes } = options
    this.#parts = parts
    this.#files = files
    this.#own = logins.kind === 'own' ? new OwnLogins({ login: logins.login, clock }) : undefined
    this.#identities = this.#own ?? new CoreLogins(core)
    this.#rooms = new PageRooms({ graceMs: options.graceMs, clock })
    this.#callers = new Callers({ identities: this.#identities, csrf: this.#csrf, isTrusted, language })
    const paths = {
      page: this.#pagePath,
      sockets: this.#socketPath,
      connector: `${this.#filesPath}/connector`,
    }
    this.#html = new PageHtml({ files, isTrusted, language, sshPort, ...paths })
    this.volumes = new Volumes({ files: parts.files, core, mostUploadBytes, clock, log })
  }

  /** Where our own page lies. */
  get #pagePath(): string {
    const { basePath } = this.#parts.options
    return this.#own ? `${basePath}/` : `${basePath}/coco/`
  }

  get #socketPath(): string {
    return `${this.#parts.options.basePath}/socket.io/`
  }

  /** Where luna looks for the file manager. */
  get #filesPath(): string {
    return `${this.#parts.options.basePath}/coco/elfinder/sftp`
  }

  application(): express.Express {
    const { options, health } = this.#parts
    const app = express()
    app.disable('x-powered-by')
    app.use(securityHeaders({ tls: false, inlineStyle: true }))
    app.get(['/healthz', `${options.basePath}/healthz`], (_request, response) => {
      const ok = health() === undefined
      response.status(ok ? 200 : 503).json({ ok })
    })
    app.use(this.#filesPath, this.#filePages())
    app.use(this.#pagePath, this.#page())
    app.use((_request, response) => void response.status(404).type('text').send('Not found\n'))
    app.use(this.#onError)
    return app
  }

  sockets(server: ReturnType<typeof httpServer>): Sockets {
    const { options, core, sessions, clock, log } = this.#parts
    const sockets = new Sockets(server, {
      ...{ path: this.#socketPath, identities: this.#identities, mostPerUser: options.mostSocketsPerUser },
      ...{ isTrusted: options.isTrusted, language: options.language, clock, log },
    })
    const { io } = sockets
    io.of('/ssh').on('connection', (socket) => {
      const guest = sockets.guest(socket.request)
      if (guest) new Luna(socket, guest, { core, sessions, clock, log })
    })
    io.of('/page').use((socket, next) =>
      next(sockets.guest(socket.request)?.identity ? undefined : new Error('nobody')),
    )
    io.of('/page').on('connection', (socket) => {
      const guest = sockets.guest(socket.request)
      if (guest)
        new Page(socket, guest, { core, sessions, rooms: this.#rooms, oversight: this.#parts.oversight, log })
    })
    serveSids(io, sockets, this.volumes)
    return sockets
  }

  #filePages(): Router {
    const { options, log } = this.#parts
    const connector = new Connector({ callers: this.#callers, volumes: this.volumes, log })
    const loginAt = (path: string): string =>
      this.#own ? this.#pagePath : `/users/login/?next=${encodeURIComponent(path)}`
    const { isTrusted, language } = options
    const common = { isTrusted, language, identities: this.#identities, html: this.#html }
    return new FilePages({ ...common, connector, loginAt }).router
  }

  #page(): Router {
    const { options, logins, core, catalogues, log } = this.#parts
    const { isTrusted, language } = options
    const common = { isTrusted, language, csrf: this.#csrf, log }
    const router = Router()
    router.get('/', (request, response) => {
      response.setHeader('Cache-Control', 'no-cache')
      response.type('html').send(this.#html.of('index.html', request))
    })
    const player = securityHeaders({ tls: false, inlineStyle: true, player: true })
    router.get('/sessions', player, (request, response) => {
      response.setHeader('Cache-Control', 'no-cache')
      response.type('html').send(this.#html.of('sessions.html', request))
    })
    router.get('/assets/:name', (request, response, next) => {
      if (!this.#files.send(request.params.name, request, response)) next()
    })
    if (this.#own && logins.kind === 'own') {
      const onLogout = ({ loginKey }: { loginKey: string }): void => {
        this.#rooms.endLogin(loginKey)
        this.volumes.endLogin(loginKey)
      }
      const { penalties } = logins
      const more = { logins: this.#own, penalties, basePath: this.#pagePath, onLogout }
      router.use('/api', new LoginRoutes({ ...common, ...more }).router)
    }
    const loginElsewhere = this.#own ? undefined : `/users/login/?next=${this.#pagePath}`
    const api = new Api({
      ...common,
      core,
      catalogues,
      callers: this.#callers,
      identities: this.#identities,
      loginElsewhere,
    })
    router.use('/api', api.router)
    const oversight = { ...this.#parts.oversight, callers: this.#callers, api, log }
    router.use('/api', new Oversight(oversight).router)
    return router
  }

  /** What is wrong with a request is the client's to know in one word; the rest is for the log. */
  readonly #onError: express.ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    const status =
      typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
        ? error.status
        : 500
    if (status >= 500) this.#parts.log.error({ err: error }, 'a web request failed')
    // What cannot even be read as a path is nothing we have.
    response
      .status(status === 400 ? 404 : status)
      .type('text')
      .send('Not found\n')
  }
}
