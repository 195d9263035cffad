import { type Request, type Response, Router } from 'express'
import type { Server } from 'socket.io'
import { handled } from '../answers.ts'
import { securityHeaders } from '../headers.ts'
import type { PageHtml } from '../page-html.ts'
import type { Sockets } from '../sockets.ts'
import { type Identities, type VisitorOptions, visitorOf } from '../visitor.ts'
import type { Connector } from './connector.ts'
import type { Volumes } from './volumes.ts'

export interface FilePagesParts extends VisitorOptions {
  readonly identities: Identities
  readonly html: PageHtml
  readonly connector: Connector
  /** Where to log in; `path` is where to come back to. */
  readonly loginAt: (path: string) => string
}

const IDENTIFY_MS = 20_000
/** Whatever else an address may hold, core's ids do not. */
const ASSET_ID = /^[\w-]{1,64}$/

/** luna's addresses of the file manager: `/` for all assets, `/<asset id>/` for one, and what these pages ask. */
export class FilePages {
  readonly #parts: FilePagesParts

  constructor(parts: FilePagesParts) {
    this.#parts = parts
  }

  get router(): Router {
    const router = Router()
    // luna shows these pages in a frame of its own.
    router.use(securityHeaders({ tls: false, framedBySelf: true }))
    router.use('/connector', this.#parts.connector.router)
    const page = handled((request, response) => this.#page(request, response))
    router.get('/', page)
    router.get('/:asset', page)
    return router
  }

  async #page(request: Request, response: Response): Promise<void> {
    const { identities, html, loginAt } = this.#parts
    const asset = String(request.params['asset'] ?? '_')
    const visitor = visitorOf(request, this.#parts)
    const identity = await identities.identify(visitor, AbortSignal.timeout(IDENTIFY_MS))
    if (!identity || !ASSET_ID.test(asset)) return response.redirect(302, loginAt(request.originalUrl))
    response.setHeader('Cache-Control', 'no-cache')
    response.type('html').send(html.of('files.html', request, { asset }))
  }
}

/** Namespace `/elfinder`: tells a page its `sid` at once, and closes its files when the page is gone. */
export function serveSids(io: Server, sockets: Sockets, volumes: Volumes): void {
  io.of('/elfinder').on('connection', (socket) => {
    const guest = sockets.guest(socket.request)
    socket.emit('data', { sid: socket.id })
    socket.on('disconnect', () => {
      if (guest?.identity) volumes.close(guest.identity, socket.id)
    })
  })
}
