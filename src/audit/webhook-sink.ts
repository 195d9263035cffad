import axios from 'axios'
import type { Secret } from '../base/secret.ts'
import type { EventSink } from './event-queue.ts'

const LIMIT_MS = 15_000

/**
 * Posts events to a URL as `{"events":[...]}`, with `Authorization: Bearer` where there is a token. Any answer but 2xx
 * is tried again; a redirect is not followed.
 */
export function webhookSink(url: string, token: Secret | undefined): EventSink {
  const { host } = new URL(url)
  return {
    name: `webhook ${host}`,
    async send(lines, signal) {
      const answer = await axios.post(url, `{"events":[${lines.join(',')}]}`, {
        headers: {
          'Content-Type': 'application/json',
          ...(token && { Authorization: `Bearer ${token.reveal()}` }),
        },
        maxRedirects: 0,
        maxContentLength: 1 << 20,
        proxy: false,
        responseType: 'text',
        signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
        validateStatus: () => true,
      })
      if (answer.status < 200 || answer.status > 299) throw new Error(`${host} answered ${answer.status}`)
    },
  }
}
