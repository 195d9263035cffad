import type { RequestHandler } from 'express'
import helmet from 'helmet'

export interface HeaderOptions {
  /** Pages that luna shows in a frame of its own. */
  readonly framedBySelf?: boolean
  /** xterm.js draws with style elements of its own making, which no hash or nonce can name beforehand. */
  readonly inlineStyle?: boolean
  /** The player of recordings, whose emulator is WebAssembly in a worker. */
  readonly player?: boolean
  /** This port itself speaks TLS; a proxy before it adds this by itself. */
  readonly tls: boolean
}

/** What a browser may do on our pages: run our own scripts, talk to us, and nothing else. */
export function securityHeaders({ framedBySelf, inlineStyle, player, tls }: HeaderOptions): RequestHandler {
  const self = ["'self'"]
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': player ? ["'self'", "'wasm-unsafe-eval'"] : self,
        ...(player && { 'worker-src': ["'self'", 'blob:'] }),
        'style-src': inlineStyle ? ["'self'", "'unsafe-inline'"] : self,
        'img-src': ["'self'", 'data:'],
        'font-src': player ? ["'self'", 'data:'] : self,
        'connect-src': player ? ["'self'", 'data:'] : self,
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'frame-ancestors': framedBySelf ? self : ["'none'"],
      },
    },
    frameguard: { action: framedBySelf ? 'sameorigin' : 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: tls ? { maxAge: 31_536_000 } : false,
  })
}
