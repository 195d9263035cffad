import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'
import { z } from 'zod'
import type { EventSink } from './event-queue.ts'

const LIMIT_MS = 10_000
/** Facility authpriv (10), severity notice (5): RFC 5424 section 6.2.1. */
const PRIORITY = 10 * 8 + 5
/** What a datagram carries in any case (RFC 5426 section 3.2); longer events go whole over TCP only. */
const MOST_DATAGRAM = 8192

const Event = z.looseObject({ time: z.string(), event: z.string() })

/**
 * Sends events as syslog messages (RFC 5424), the event's JSON as the text: `syslog://host:514` by UDP (RFC 5426),
 * `syslog+tcp://host:514` by TCP with lengths in front (RFC 6587), `syslog+tls://host:6514` by TLS (RFC 5425).
 */
export function syslogSink(url: string): EventSink {
  const { protocol, hostname: host, port } = new URL(url)
  const at = { host, port: Number(port || (protocol === 'syslog+tls:' ? 6514 : 514)) }
  const name = `syslog ${at.host}:${at.port}`
  return {
    name,
    send: (lines, signal) => {
      const messages = lines.map(messageOf)
      return protocol === 'syslog:'
        ? byUdp(messages, at)
        : byStream(messages, { ...at, tls: protocol === 'syslog+tls:', signal })
    },
  }
}

/** `<PRI>1 TIME HOST cocod PID EVENT - TEXT` (RFC 5424 section 6). */
function messageOf(line: string): Buffer {
  const parsed = Event.safeParse(JSON.parse(line))
  const { time, event } = parsed.success ? parsed.data : { time: '-', event: '-' }
  const host =
    hostname()
      .replace(/[^\x21-\x7e]/g, '')
      .slice(0, 255) || '-'
  return Buffer.from(`<${PRIORITY}>1 ${time} ${host} cocod ${process.pid} ${event} - ${line.trimEnd()}`)
}

async function byUdp(
  messages: readonly Buffer[],
  { host, port }: { host: string; port: number },
): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  try {
    for (const message of messages) {
      const bytes = message.subarray(0, MOST_DATAGRAM)
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.send(bytes, port, host, (error) => (error ? reject(error) : resolve()))
      })
    }
  } finally {
    socket.close()
  }
}

interface StreamTo {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly signal: AbortSignal
}

/** One connection a batch, each message with its length in front; over when the other side has all bytes. */
function byStream(messages: readonly Buffer[], { host, port, tls, signal }: StreamTo): Promise<void> {
  const bytes = Buffer.concat(messages.flatMap((each) => [Buffer.from(`${each.length} `), each]))
  return new Promise((resolve, reject) => {
    const socket = tls ? connectTls({ host, port, servername: host }) : connect({ host, port })
    const stop = (): void => void socket.destroy(new Error('stopped'))
    signal.addEventListener('abort', stop, { once: true })
    socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error('no answer in time')))
    socket.once('error', reject)
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.end(bytes))
    socket.resume()
    socket.once('close', (failed) => {
      signal.removeEventListener('abort', stop)
      if (!failed) resolve()
    })
  })
}
