import type { RequestHandler } from 'express'
import helmet from 'helmet'

export interface HeaderOptions {
  /** Pages that luna shows in a frame of its own. */
  readonly framedBySelf?: boolean
  /** xterm.js draws with style elements of its own making, which no hash or nonce can name beforehand. */
  readonly inlineStyle?: boolean
  /** This port itself speaks TLS; a proxy before it adds this by itself. */
  readonly tls: boolean
}

/** What a browser may do on our pages: run our own scripts, talk to us, and nothing else. */
export function securityHeaders({ framedBySelf, inlineStyle, tls }: HeaderOptions): RequestHandler {
  const self = ["'self'"]
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': self,
        'style-src': inlineStyle ? ["'self'", "'unsafe-inline'"] : self,
        'img-src': ["'self'", 'data:'],
        'font-src': self,
        'connect-src': self,
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
