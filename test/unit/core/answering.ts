import { once } from 'node:events'
import { createServer } from 'node:http'
import type { CorePair } from '../../fixtures/core-fixtures.ts'

export interface Asked {
  method: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  body: unknown
}

/** What a pair says that core has to be sent. `cache_policy` is ours to choose. */
export function expected({ request: { method, path, headers, body } }: CorePair): Asked {
  const url = new URL(path, 'http://core')
  const query = Object.fromEntries(url.searchParams)
  if (url.pathname.includes('/validate/')) delete query['cache_policy']
  else if (/\/(assets|nodes|nodes-assets)\/$/.test(url.pathname)) query['cache_policy'] ??= '1'
  return { method, path: url.pathname, query, headers: lowered(headers), body }
}

const COMPARED = ['accept', 'accept-language', 'content-type', 'x-jms-org', 'date', 'authorization', 'cookie']

const lowered = (headers: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]): [string, string] => [name.toLowerCase(), String(value)])
      .filter(([name]) => COMPARED.includes(name)),
  )

/** A server that answers with the pairs, by method and path, and remembers what it was asked. */
export async function answering(pairs: readonly CorePair[]) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://core')
      const text = Buffer.concat(chunks).toString()
      const body: unknown = text === '' ? null : JSON.parse(text)
      const query = Object.fromEntries(url.searchParams)
      asked.push({
        method: request.method ?? '',
        path: url.pathname,
        query,
        headers: lowered(request.headers),
        body,
      })
      const pair = pairs.find(
        (each) => each.request.method === request.method && each.request.path.split('?')[0] === url.pathname,
      )
      response.writeHead(pair?.response.status ?? 599, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(pair?.response.body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    asked,
    address: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
